// Head dimensions 129 to 192 (the copy engine pads with zeros), mask blocks of 128.
#include "forward.cuh"

SPARSEK_ATTENTION_KERNELS(192, 128)
