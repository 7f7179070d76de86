// Groups of block rows that share panels of B.
#pragma once

#include <cstdint>
#include <vector>

#include "../../../../kernels/cuda/plan/match_params.h"
#include "spmm_plan.h"

namespace sparsek::ops {

// Every block row once, in groups of `size` (a power of two); -1 where a group is short. With `by_overlap`, rows with
// many columns in common come together: rows are matched in pairs, then pairs with pairs, each time the two that share
// most first (greedily, inside windows, so that the cost stays near linear). Halves of a group are groups themselves.
std::vector<int32_t> group_block_rows(const PatternView& pattern, int size, bool by_overlap);

// The parts of the above, for the matching on the device (`spmm_match.h`), which gives the same groups.

// How rows are matched: in each level neighbouring sets, `windows[level]` (even) at a time. No windows: in order.
struct Grouping {
  int rows = 0;
  int words = 0;  // 64-bit words of a set of block columns
  std::vector<int> windows;
};

Grouping plan_grouping(const PatternView& pattern, int size);

// Block columns of every block row, as bits.
std::vector<uint64_t> column_sets(const PatternView& pattern, const Grouping& grouping);

// Pairs in the order of their first set; `sets` has `words` words for each of `count` sets.
std::vector<MatchedPair> match_level(const std::vector<uint64_t>& sets, int count, int words, int window);

std::vector<int32_t> join_groups(const Grouping& grouping, const std::vector<std::vector<MatchedPair>>& levels);

}  // namespace sparsek::ops
