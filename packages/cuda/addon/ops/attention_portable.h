// Launches the portable attention kernel: any plan can be launched with it, also one that was made for the Hopper kernels.
#pragma once

#include "attention_launch.h"

namespace sparsek::ops {

void launch_attention_portable(const driver::Api& api, cuda::ModuleCache& modules, const AttentionPlan& plan,
                               const AttentionOperands& operands, driver::CUstream stream);

}  // namespace sparsek::ops
