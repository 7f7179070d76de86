#define SPARSEK_TARGET SPARSEK_TARGET_AVX2
#include "spgemm-kernel.h"
