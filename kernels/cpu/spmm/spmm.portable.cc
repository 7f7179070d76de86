#define SPARSEK_TARGET SPARSEK_TARGET_PORTABLE
#include "spmm-kernel.h"
