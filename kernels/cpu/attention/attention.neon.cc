#define SPARSEK_TARGET SPARSEK_TARGET_NEON
#include "attention-kernel.h"
