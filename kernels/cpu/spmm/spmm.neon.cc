#define SPARSEK_TARGET SPARSEK_TARGET_NEON
#include "spmm-kernel.h"
