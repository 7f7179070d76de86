#define SPARSEK_TARGET SPARSEK_TARGET_PORTABLE
#include "sddmm-kernel.h"
