#define SPARSEK_TARGET SPARSEK_TARGET_NEON
#include "spgemm-kernel.h"
