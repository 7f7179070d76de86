// Bytes between the L2 cache and the multiprocessors in one run, as a plan's tiles ask for them: where blocks are small
// this is what limits a kernel, so that a roofline needs it. Copies that several CTAs share count once.
#pragma once

#include <cstdint>

#include "attention_plan.h"
#include "spmm_plan.h"

namespace sparsek::ops {

// 0 for kernels whose loads are not known from the plan: the portable ones, and those for few columns.
int64_t l2_bytes(const SpmmPlan& plan);
int64_t l2_bytes(const AttentionPlan& plan);

}  // namespace sparsek::ops
