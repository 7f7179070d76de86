// The grouping of block rows (spmm_groups.h) with its costly part, the matching, on the device.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "../driver/api.h"
#include "../runtime/module_cache.h"
#include "spmm_groups.h"

namespace sparsek::ops {

// Whether the device groups faster than this processor: enough sets are compared to outweigh launches and waiting.
bool matching_is_long(const PatternView& pattern, int size);

// What `group_block_rows` gives. `allocate` gives device memory that stays until the call ends. Waits for the stream, and
// so must not be captured. The context must be current. Throws a DriverError, or a MissingKernelError.
std::vector<int32_t> group_block_rows_on_device(const driver::Api& api, cuda::ModuleCache& modules,
                                                const PatternView& pattern, int size, driver::CUstream stream,
                                                const std::function<driver::CUdeviceptr(size_t)>& allocate);

}  // namespace sparsek::ops
