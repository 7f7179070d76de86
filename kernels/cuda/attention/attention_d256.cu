// Head dimensions 193 to 256; the copy engine pads with zeros.
#include "forward.cuh"

SPARSEK_ATTENTION_KERNELS(256)
