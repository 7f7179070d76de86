// Head dimensions 65 to 128 (the copy engine pads with zeros), mask blocks of 128.
#include "forward.cuh"

SPARSEK_ATTENTION_KERNELS(128, 128)
