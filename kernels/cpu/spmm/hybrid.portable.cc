#define SPARSEK_TARGET SPARSEK_TARGET_PORTABLE
#include "hybrid-kernel.h"
