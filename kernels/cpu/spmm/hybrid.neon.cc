#define SPARSEK_TARGET SPARSEK_TARGET_NEON
#include "hybrid-kernel.h"
