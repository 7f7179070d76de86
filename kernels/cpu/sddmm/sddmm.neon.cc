#define SPARSEK_TARGET SPARSEK_TARGET_NEON
#include "sddmm-kernel.h"
