// Splitting of long attention rows along their keys, for launches that would leave multiprocessors idle: few tiles of
// queries (decoding), or single rows that outlast all others.
#pragma once

#include <cstdint>
#include <vector>

#include "../../../../kernels/cuda/attention/combine_params.h"
#include "../../../../kernels/cuda/attention/params.h"

namespace sparsek::ops {

// Partial results of one launch stay below this.
constexpr int64_t kSplitWorkspace = int64_t{48} << 20;

struct SplitInput {
  const std::vector<int32_t>& cost;  // blocks of every item
  int workers;                       // items in flight at a time
  int64_t partial_bytes;             // of one part's O and log-sum-exp
};

// Parts of every item; empty when whole items are about as fast.
std::vector<int32_t> choose_parts(const SplitInput& input);

}  // namespace sparsek::ops
