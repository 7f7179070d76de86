#define SPARSEK_TARGET SPARSEK_TARGET_PORTABLE
#include "attention-kernel.h"
