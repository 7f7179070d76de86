// Head dimensions 65 to 128; the copy engine pads with zeros.
#include "forward.cuh"

SPARSEK_ATTENTION_KERNELS(128)
