#include "skinny_launch.h"

#include <cstdint>
#include <string>

#include "../../../../kernels/cuda/gemm/skinny_params.h"
#include "spmm_kernel.h"

namespace sparsek::ops {
namespace {

int log2_of(int side) {
  int shift = 0;
  while ((1 << shift) < side) ++shift;
  return shift;
}

// A single column that lies densely is read like a matrix in column order, whatever order it was declared to have.
bool reads_columns(const SpmmPlan& plan, const SpmmOperands& o) {
  return plan.shape.b_column_major || (plan.shape.dense_columns == 1 && o.b_leading == 1);
}

bool columns_aligned(const SpmmPlan& plan, const SpmmOperands& o) {
  const bool single = plan.shape.dense_columns == 1;
  return o.b % 16 == 0 && (single || o.b_leading % 8 == 0) && o.b_batch_stride % 8 == 0;
}

}  // namespace

bool skinny_operands_aligned(const SpmmPlan& plan, const SpmmOperands& o) {
  if (o.values % 16 != 0 || o.values_batch_stride % 8 != 0) return false;
  // A single column is a matrix in row order with rows one element apart.
  return !plan.shape.b_column_major || plan.shape.dense_columns == 1 || columns_aligned(plan, o);
}

void launch_skinny(const driver::Api& api, cuda::ModuleCache& modules, const SpmmPlan& plan, const SpmmOperands& o,
                   const EpilogueParams& epilogue, driver::CUstream stream) {
  const PatternView& p = plan.shape.pattern;
  const bool by_columns = reads_columns(plan, o) && columns_aligned(plan, o);
  SkinnyParams params{};
  params.items = table_at<WorkItem>(o.tables, plan.items);
  params.indices = table_at<int32_t>(o.tables, plan.indices);
  params.values = reinterpret_cast<const void*>(o.values);
  params.b = reinterpret_cast<const void*>(o.b);
  params.partials = reinterpret_cast<float*>(o.workspace);
  params.b_leading = plan.shape.b_column_major && !by_columns ? 1 : o.b_leading;
  params.b_batch_stride = o.b_batch_stride;
  params.values_batch_stride = o.values_batch_stride;
  params.k = static_cast<int32_t>(p.columns);
  params.aligned = o.b % 16 == 0 && o.b_leading % 8 == 0 && o.b_batch_stride % 8 == 0;
  params.row_shift = log2_of(p.block_rows);
  params.column_shift = log2_of(p.block_columns);
  params.cluster_shift = log2_of(plan.cluster);
  params.epilogue = epilogue;
  launch_plan_kernel(api, modules, plan, plan.kernel + (by_columns ? "_t" : "_n"), params, stream);
  if (plan.split_tiles == 0) return;

  SkinnyReduceParams reduce{};
  reduce.tiles = table_at<SplitTile>(o.tables, plan.splits);
  reduce.partials = params.partials;
  reduce.tile_rows = plan.tile_rows;
  reduce.tile_columns = plan.tile_columns;
  reduce.epilogue = epilogue;
  cuda::LaunchShape after;
  after.grid = {static_cast<unsigned>(plan.split_tiles), 1, 1};
  after.block = {kSkinnyThreads, 1, 1};
  after.stream = stream;
  after.overlapPrevious = true;
  cuda::launch(api, modules.kernel("spmm_skinny_reduce.cubin", "sparsek_skinny_reduce", 0), after, reduce);
}

}  // namespace sparsek::ops
