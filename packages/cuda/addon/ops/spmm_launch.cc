#include "spmm_launch.h"

#include <algorithm>

#include "../../../../kernels/cuda/convert/pack_params.h"
#include "../../../../kernels/cuda/gemm/narrow_params.h"
#include "../../../../kernels/cuda/gemm/portable_params.h"
#include "../../../../kernels/cuda/gemm/reduce_params.h"
#include "../../../../kernels/cuda/gemm/wide_params.h"
#include "../runtime/launch.h"
#include "skinny_launch.h"
#include "spmm_kernel.h"
#include "spmm_unions.h"
#include "tensor_maps.h"

namespace sparsek::ops {

using driver::Api;
using driver::CUdeviceptr;

namespace {

MatrixView values_view(const SpmmPlan& plan, const SpmmOperands& o) {
  const PatternView& p = plan.shape.pattern;
  const int64_t rows = plan.nnzb * p.block_rows;
  return MatrixView{o.values, p.block_columns, rows, o.values_batch_stride > 0 ? plan.shape.batch : 1,
                    p.block_columns, o.values_batch_stride > 0 ? o.values_batch_stride : rows * p.block_columns};
}

MatrixView b_view(const SpmmPlan& plan, const SpmmOperands& o) {
  const int64_t k = plan.shape.pattern.columns, n = plan.shape.dense_columns;
  return plan.shape.b_column_major ? MatrixView{o.b, k, n, plan.shape.batch, o.b_leading, o.b_batch_stride}
                                   : MatrixView{o.b, n, k, plan.shape.batch, o.b_leading, o.b_batch_stride};
}

MatrixView out_view(const SpmmPlan& plan, const SpmmOperands& o) {
  return MatrixView{o.out, plan.shape.dense_columns, plan.shape.pattern.rows, plan.shape.batch, o.out_leading,
                    o.out_batch_stride};
}

EpilogueParams epilogue_params(const SpmmPlan& plan, const SpmmOperands& o) {
  EpilogueParams e{};
  e.alpha = o.alpha;
  e.beta = o.beta;
  e.bias = reinterpret_cast<const float*>(o.bias);
  e.activation = o.activation;
  e.out_type = o.out_type;
  e.transposed = o.out_transposed;
  e.staged = o.out_type == plan.shape.type && o.beta == 0.0f && !o.out_transposed &&
             tensor_map_possible(out_view(plan, o));
  e.out = reinterpret_cast<void*>(o.out);
  e.addend = reinterpret_cast<const void*>(o.addend);
  e.leading = o.out_leading;
  e.batch_stride = o.out_batch_stride;
  e.rows = static_cast<int32_t>(plan.shape.pattern.rows);
  e.columns = static_cast<int32_t>(plan.shape.dense_columns);
  return e;
}

void launch_reduce(const Api& api, cuda::ModuleCache& modules, const SpmmPlan& plan, const SpmmOperands& o,
                   driver::CUstream stream) {
  ReduceParams params{};
  params.tiles = table_at<SplitTile>(o.tables, plan.splits);
  params.partials = reinterpret_cast<const float*>(o.workspace);
  params.strips = plan.family == Family::kNarrow ? table_at<int32_t>(o.tables, plan.tile_rows_table) : nullptr;
  params.cluster = plan.cluster;
  params.tile_columns = plan.tile_columns;
  params.epilogue = epilogue_params(plan, o);
  cuda::LaunchShape shape;
  shape.grid = {static_cast<unsigned>(plan.split_tiles),
                static_cast<unsigned>(plan.cluster * plan.tile_columns / kReduceColumns),
                static_cast<unsigned>(plan.tile_rows / kReduceRows)};
  shape.block = {kReduceThreads, 1, 1};
  shape.stream = stream;
  cuda::launch(api, modules.kernel("spmm_reduce.cubin", "sparsek_reduce_partials", 0), shape, params);
}

void launch_wide(const Api& api, cuda::ModuleCache& modules, const SpmmPlan& plan, const SpmmOperands& o,
                 driver::CUstream stream) {
  const PatternView& p = plan.shape.pattern;
  const ElementType type = plan.shape.type;
  const int a_rows = (p.block_rows == kWideTileRows ? kWideTileRows : kWideHalfRows) / plan.cluster;
  WideParams params{};
  if (plan.nnzb > 0) {  // an empty pattern loads nothing, and a tensor map must not have an empty side
    params.a = encode_matrix(api, type, values_view(plan, o), kTiledColumns, a_rows);
    const int b_rows = plan.shape.b_column_major ? plan.tile_columns : kWideStepK;
    params.b = encode_matrix(api, type, b_view(plan, o), kTiledColumns, b_rows);
  }
  params.epilogue = epilogue_params(plan, o);
  if (params.epilogue.staged) params.c = encode_matrix(api, type, out_view(plan, o), kTiledColumns, kWideHalfRows);
  params.items = table_at<WorkItem>(o.tables, plan.items);
  params.item_first = table_at<int32_t>(o.tables, plan.item_first);
  params.indices = table_at<int32_t>(o.tables, plan.indices);
  params.pairs = table_at<PairEntry>(o.tables, plan.pairs);
  params.partials = reinterpret_cast<float*>(o.workspace);
  params.has_blocks = plan.nnzb > 0;
  params.a_batched = o.values_batch_stride > 0;
  launch_plan_kernel(api, modules, plan, plan.kernel, params, stream);
}

void launch_narrow(const Api& api, cuda::ModuleCache& modules, const SpmmPlan& plan, const SpmmOperands& o,
                   driver::CUstream stream) {
  const PatternView& p = plan.shape.pattern;
  const ElementType type = plan.shape.type;
  const int panel_rows = narrow_panel_rows(p.block_columns);
  const MatrixView b = b_view(plan, o);
  NarrowParams params{};
  params.chunked = plan.shape.dense_columns % kTiledColumns == 0;
  if (plan.nnzb > 0) {
    params.b = params.chunked ? encode_chunked(api, type, b, panel_rows, kNarrowTileColumns / kTiledColumns)
                              : encode_matrix(api, type, b, kTiledColumns, panel_rows);
  }
  params.piece_rows = std::min(p.block_rows, kNarrowTileRows / kNarrowWorkers);
  params.epilogue = epilogue_params(plan, o);
  if (params.epilogue.staged) params.c = encode_matrix(api, type, out_view(plan, o), kTiledColumns, params.piece_rows);
  params.items = table_at<WorkItem>(o.tables, plan.items);
  params.item_first = table_at<int32_t>(o.tables, plan.item_first);
  params.stages = table_at<NarrowStage>(o.tables, plan.stages);
  params.tile_rows = table_at<int32_t>(o.tables, plan.tile_rows_table);
  params.packed = reinterpret_cast<const void*>(o.packed);
  params.partials = reinterpret_cast<float*>(o.workspace);
  params.packed_batch_stride = o.values_batch_stride > 0 ? plan.packed_bytes : 0;
  params.has_blocks = plan.nnzb > 0;
  params.b_rows = static_cast<int32_t>(p.columns);
  params.b_values = reinterpret_cast<const void*>(o.b);
  params.b_leading = o.b_leading;
  params.b_batch_stride = o.b_batch_stride;
  launch_plan_kernel(api, modules, plan, plan.kernel, params, stream);
}

int64_t element_bytes(ElementType type) { return type == ElementType::kF32 ? 4 : 2; }

// The part of an epilogue that concerns `count` columns of C from `first`.
EpilogueParams columns_of(const EpilogueParams& all, int64_t first, int64_t count) {
  const int64_t bytes = first * (all.transposed ? all.leading : 1) * element_bytes(all.out_type);
  EpilogueParams part = all;
  part.out = static_cast<char*>(all.out) + bytes;
  if (all.addend != nullptr) part.addend = static_cast<const char*>(all.addend) + bytes;
  part.columns = static_cast<int32_t>(count);
  return part;
}

// Panels of C that one launch takes: a grid counts 65535 thread blocks in its second direction.
constexpr int64_t kMostPanels = 65535;

// Reads the blocks as they are, with any alignment and any strides.
void launch_portable(const Api& api, cuda::ModuleCache& modules, const SpmmPlan& plan, const SpmmOperands& o,
                     driver::CUstream stream) {
  const PatternView& p = plan.shape.pattern;
  PortableParams params{};
  params.indptr = table_at<int32_t>(o.tables, plan.indptr);
  params.indices = table_at<int32_t>(o.tables, plan.indices);
  params.values = reinterpret_cast<const void*>(o.values);
  params.b_row = plan.shape.b_column_major ? 1 : o.b_leading;
  params.b_column = plan.shape.b_column_major ? o.b_leading : 1;
  params.values_batch_stride = o.values_batch_stride;
  params.b_batch_stride = o.b_batch_stride;
  params.k = static_cast<int32_t>(p.columns);
  params.block_rows = p.block_rows;
  params.block_columns = p.block_columns;
  params.tiles_per_block_row = (p.block_rows + kPortableTileRows - 1) / kPortableTileRows;
  const int64_t block_rows = (p.rows + p.block_rows - 1) / p.block_rows;
  cuda::LaunchShape shape;
  shape.grid = {static_cast<unsigned>(block_rows * params.tiles_per_block_row), 1, static_cast<unsigned>(plan.shape.batch)};
  shape.block = {kPortableThreads, 1, 1};
  shape.stream = stream;
  const driver::CUfunction kernel = modules.kernel("spmm_portable.fatbin", portable_kernel(plan.shape), 0);
  const EpilogueParams all = epilogue_params(plan, o);
  for (int64_t column = 0; column < all.columns; column += kMostPanels * kPortableTileColumns) {
    const int64_t columns = std::min<int64_t>(all.columns - column, kMostPanels * kPortableTileColumns);
    params.b = reinterpret_cast<const void*>(o.b + column * params.b_column * element_bytes(plan.shape.type));
    params.epilogue = columns_of(all, column, columns);
    shape.grid.y = static_cast<unsigned>((columns + kPortableTileColumns - 1) / kPortableTileColumns);
    cuda::launch(api, kernel, shape, params);
  }
}

}  // namespace

void pack_spmm_values(const Api& api, cuda::ModuleCache& modules, const SpmmPlan& plan, const SpmmOperands& o,
                      driver::CUstream stream) {
  if (plan.fragments == 0) return;
  PackParams params{};
  params.values = reinterpret_cast<const uint16_t*>(o.values);
  params.packed = reinterpret_cast<void*>(o.packed);
  params.source = table_at<int32_t>(o.tables, plan.fragment_sources);
  params.fragments = plan.fragments;
  params.values_batch_stride = o.values_batch_stride;
  params.block_rows = plan.shape.pattern.block_rows;
  params.block_columns = plan.shape.pattern.block_columns;
  constexpr int64_t kPerBlock = kPackThreads / 32;
  cuda::LaunchShape shape;
  shape.grid = {static_cast<unsigned>((plan.fragments + kPerBlock - 1) / kPerBlock),
                static_cast<unsigned>(o.values_batch_stride > 0 ? plan.shape.batch : 1), 1};
  shape.block = {kPackThreads, 1, 1};
  shape.stream = stream;
  cuda::launch(api, modules.kernel("spmm_pack.cubin", "sparsek_pack_fragments", 0), shape, params);
}

bool spmm_operands_aligned(const SpmmPlan& plan, const SpmmOperands& operands) {
  if (plan.nnzb == 0) return true;
  if (plan.family == Family::kSkinny) return skinny_operands_aligned(plan, operands);
  if (!tensor_map_possible(b_view(plan, operands))) return false;
  return plan.family == Family::kNarrow ? operands.values % 4 == 0 && operands.packed % 16 == 0
                                        : tensor_map_possible(values_view(plan, operands));
}

void launch_spmm(const Api& api, cuda::ModuleCache& modules, const SpmmPlan& plan, const SpmmOperands& operands,
                 driver::CUstream stream) {
  if (plan.shape.pattern.rows == 0 || plan.shape.dense_columns == 0 || plan.shape.batch == 0) return;
  if (plan.family == Family::kPortable || !spmm_operands_aligned(plan, operands)) {
    launch_portable(api, modules, plan, operands, stream);
    return;
  }
  if (plan.family == Family::kSkinny) {
    launch_skinny(api, modules, plan, operands, epilogue_params(plan, operands), stream);
    return;
  }
  if (plan.family == Family::kNarrow) {
    launch_narrow(api, modules, plan, operands, stream);
  } else {
    launch_wide(api, modules, plan, operands, stream);
  }
  if (plan.split_tiles > 0) launch_reduce(api, modules, plan, operands, stream);
}

}  // namespace sparsek::ops
