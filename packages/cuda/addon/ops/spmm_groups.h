// Groups of block rows that share panels of B.
#pragma once

#include <cstdint>
#include <vector>

#include "spmm_plan.h"

namespace sparsek::ops {

// Every block row once, in groups of `size` (a power of two); -1 where a group is short. With `by_overlap`, rows with
// many columns in common come together: rows are matched in pairs, then pairs with pairs, each time the two that share
// most first (greedily, inside windows, so that the cost stays near linear). Halves of a group are groups themselves.
std::vector<int32_t> group_block_rows(const PatternView& pattern, int size, bool by_overlap);

}  // namespace sparsek::ops
