// Head dimensions 129 to 192; the copy engine pads with zeros.
#include "forward.cuh"

SPARSEK_ATTENTION_KERNELS(192)
