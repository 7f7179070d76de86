// Launches the kernels for few columns (gemm/skinny.cuh).
#pragma once

#include "../driver/api.h"
#include "../runtime/module_cache.h"
#include "spmm_launch.h"
#include "spmm_plan.h"

namespace sparsek::ops {

// Whether the kernel can read these operands.
bool skinny_operands_aligned(const SpmmPlan& plan, const SpmmOperands& operands);

void launch_skinny(const driver::Api& api, cuda::ModuleCache& modules, const SpmmPlan& plan, const SpmmOperands& operands,
                   const EpilogueParams& epilogue, driver::CUstream stream);

}  // namespace sparsek::ops
