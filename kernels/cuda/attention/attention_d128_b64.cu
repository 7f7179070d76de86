// Head dimensions 65 to 128 (the copy engine pads with zeros), mask blocks of 64.
#include "forward.cuh"

SPARSEK_ATTENTION_KERNELS(128, 64)
