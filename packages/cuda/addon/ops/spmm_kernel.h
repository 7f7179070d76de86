// Starts the Hopper kernel of a spmm plan.
#pragma once

#include <string>

#include "../runtime/launch.h"
#include "../runtime/module_cache.h"
#include "spmm_plan.h"

namespace sparsek::ops {

// With the plan's grid, cluster and shared memory. The kernel may begin under the one ahead of it in the stream: it waits
// for that before it touches its data.
template <typename Params>
void launch_plan_kernel(const driver::Api& api, cuda::ModuleCache& modules, const SpmmPlan& plan,
                        const std::string& kernel, const Params& params, driver::CUstream stream) {
  cuda::LaunchShape shape;
  shape.grid = {static_cast<unsigned>(plan.grid), 1, 1};
  shape.block = {static_cast<unsigned>(plan.threads), 1, 1};
  shape.cluster = {static_cast<unsigned>(plan.cluster), 1, 1};
  shape.dynamicSharedBytes = static_cast<unsigned>(plan.shared_bytes);
  shape.stream = stream;
  shape.overlapPrevious = true;
  cuda::launch(api, modules.kernel(plan.module + ".cubin", kernel, plan.shared_bytes), shape, params);
}

}  // namespace sparsek::ops
