// Plans of products with few columns (gemm/skinny.cuh).
#pragma once

#include <cstdint>
#include <vector>

#include "../../../../kernels/cuda/include/work_item.h"
#include "spmm_plan.h"

namespace sparsek::ops {

// One item a cluster, longest first: the chip deals them out, and no result depends on which multiprocessor gets which.
struct SkinnySchedule {
  int cluster = 1;               // CTAs that share an item
  std::vector<WorkItem> items;
  std::vector<SplitTile> splits;
  int partials = 0;
  double imbalance = 1.0;        // longest item over the mean
};

SkinnySchedule schedule_skinny(const PatternView& pattern, int64_t dense_columns, int batch, int multiprocessors,
                               int forced_cluster);  // 0: choose; else at most this many, a power of two

}  // namespace sparsek::ops
