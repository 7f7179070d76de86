// Head dimensions 193 to 256 (the copy engine pads with zeros), mask blocks of 128.
#include "forward.cuh"

SPARSEK_ATTENTION_KERNELS(256, 128)
