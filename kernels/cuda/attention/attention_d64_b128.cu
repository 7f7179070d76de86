// Head dimensions up to 64 (the copy engine pads with zeros), mask blocks of 128.
#include "forward.cuh"

SPARSEK_ATTENTION_KERNELS(64, 128)
