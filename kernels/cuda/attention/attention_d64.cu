// Head dimensions up to 64; the copy engine pads with zeros.
#include "forward.cuh"

SPARSEK_ATTENTION_KERNELS(64)
