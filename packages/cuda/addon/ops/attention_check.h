// Whether planners and kernels can trust an attention problem.
#pragma once

#include "attention_plan.h"

namespace sparsek::ops {

constexpr int32_t kLargestHeadDim = 256;
// Positions and clause bounds add up in 32 bits.
constexpr int64_t kLongestSequence = int64_t{1} << 30;

// Throws std::invalid_argument where the shape, the mask's patterns or its documents are not well formed. The arrays of a
// stored pattern are as long as its indptr says.
void check_attention(const AttentionShape& shape);

}  // namespace sparsek::ops
