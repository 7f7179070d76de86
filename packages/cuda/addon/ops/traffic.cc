#include "traffic.h"

#include <cmath>

#include "../../../../kernels/cuda/gemm/narrow_params.h"

namespace sparsek::ops {
namespace {

constexpr int64_t kElementBytes = 2;  // the Hopper kernels' only width

}  // namespace

int64_t l2_bytes(const SpmmPlan& plan) {
  if (plan.family != Family::kWide && plan.family != Family::kNarrow) return 0;
  const PatternView& p = plan.shape.pattern;
  const bool narrow = plan.family == Family::kNarrow;
  const int64_t columns = plan.shape.dense_columns;
  // A's part of a tile is read once for every panel of columns.
  const int64_t panel_width = int64_t{plan.tile_columns} * plan.cluster;
  const int64_t panels = (columns + panel_width - 1) / panel_width;
  const int64_t a = narrow ? plan.fragments * kNarrowFragmentBytes
                           : plan.nnzb * p.block_rows * p.block_columns * kElementBytes;
  // Rows of B that the tiles of one panel visit; block rows of a tile share them.
  const auto b_rows = static_cast<int64_t>(std::llround(static_cast<double>(plan.nnzb) * p.block_columns / plan.sharing));
  const int64_t pieces = 2 * plan.workspace_bytes;  // of split rows: written, then read
  return plan.shape.batch * (a * panels + (b_rows + p.rows) * columns * kElementBytes) + pieces;
}

int64_t l2_bytes(const AttentionPlan& plan) {
  if (plan.portable) return 0;
  const int64_t dims = int64_t{plan.head_dim} + plan.value_dim;
  const int64_t keys = plan.visited_blocks * plan.side;
  const int64_t queries = int64_t{plan.batch} * plan.heads * plan.query_length;
  return (keys + queries) * dims * kElementBytes + 2 * plan.workspace_bytes;
}

}  // namespace sparsek::ops
