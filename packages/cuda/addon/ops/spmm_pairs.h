// Pairs of block rows that share panels of B.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "spmm_plan.h"

namespace sparsek::ops {

// Every block row once; second is -1 for the row that is left over. With `by_overlap`, rows with many columns in common
// are matched first (greedily, inside windows of rows, so the cost stays linear in the number of windows).
std::vector<std::pair<int32_t, int32_t>> pair_block_rows(const PatternView& pattern, bool by_overlap);

}  // namespace sparsek::ops
