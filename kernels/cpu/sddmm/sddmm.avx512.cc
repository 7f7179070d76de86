#define SPARSEK_TARGET SPARSEK_TARGET_AVX512
#include "sddmm-kernel.h"
