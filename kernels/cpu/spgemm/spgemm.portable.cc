#define SPARSEK_TARGET SPARSEK_TARGET_PORTABLE
#include "spgemm-kernel.h"
