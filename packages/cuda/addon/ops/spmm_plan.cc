#include "spmm_plan.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "../../../../kernels/cuda/gemm/wide_params.h"
#include "spmm_groups.h"
#include "spmm_schedule.h"
#include "spmm_unions.h"

namespace sparsek::ops {
namespace {

// Costs in units of about 215 SM clocks, from a stage's bytes at 38 bytes a clock from L2, the limit of these kernels.
constexpr int64_t kWideStepCost = 6;       // 48 KB
constexpr int64_t kPairPanelCost = 4;      // 32 KB of B
constexpr int64_t kPairBlockCost = 1;      // 8 KB of A
constexpr int64_t kWideEpilogueCost = 6;
constexpr int64_t kNarrowEpilogueCost = 170;  // units of 512 bytes from L2
constexpr int64_t kRasterBytes = int64_t{24} << 20;  // A of one raster group; L2 keeps about 30 MB of hot data

template <typename T>
TableRange append(std::vector<uint8_t>& tables, const T* data, size_t count) {
  const size_t offset = (tables.size() + 255) / 256 * 256;
  tables.resize(offset + count * sizeof(T));
  if (count > 0) std::memcpy(tables.data() + offset, data, count * sizeof(T));
  return TableRange{static_cast<int64_t>(offset), static_cast<int64_t>(count * sizeof(T))};
}

int block_row_count(const PatternView& p) { return static_cast<int>((p.rows + p.block_rows - 1) / p.block_rows); }

std::vector<RowTile> whole_row_tiles(const PatternView& p) {
  std::vector<RowTile> tiles;
  const int64_t block_bytes = int64_t{2} * p.block_rows * p.block_columns;
  for (int row = 0; row < block_row_count(p); ++row) {
    const int64_t blocks = p.indptr[row + 1] - p.indptr[row];
    const int32_t first = row * kWideTileRows;
    tiles.push_back(RowTile{{first, first + 64 < p.rows ? first + 64 : -1},
                            p.indptr[row],
                            p.indptr[row + 1],
                            blocks * (p.block_columns / kWideStepK) * kWideStepCost,
                            blocks * block_bytes});
  }
  return tiles;
}

// Merges the column lists of each pair of block rows.
std::vector<RowTile> pair_tiles(const PatternView& p, bool by_overlap, std::vector<PairEntry>& entries) {
  std::vector<RowTile> tiles;
  const int64_t block_bytes = int64_t{2} * p.block_rows * p.block_columns;
  const std::vector<int32_t> groups = group_block_rows(p, 2, by_overlap);
  for (size_t pair = 0; pair < groups.size(); pair += 2) {
    const int32_t x = groups[pair], y = groups[pair + 1];
    RowTile tile{{x * 64, y < 0 ? -1 : y * 64}, static_cast<int32_t>(entries.size()), 0, 0, 0};
    int32_t i = p.indptr[x];
    int32_t j = y < 0 ? 0 : p.indptr[y];
    const int32_t i_end = p.indptr[x + 1];
    const int32_t j_end = y < 0 ? 0 : p.indptr[y + 1];
    while (i < i_end || j < j_end) {
      const bool take_x = i < i_end && (j >= j_end || p.indices[i] <= p.indices[j]);
      const bool take_y = j < j_end && (i >= i_end || p.indices[j] <= p.indices[i]);
      const int32_t column = p.indices[take_x ? i : j];
      entries.push_back(PairEntry{column * p.block_columns, {take_x ? i : -1, take_y ? j : -1}, take_x + 2 * take_y});
      const int blocks = take_x + take_y;
      tile.cost += (kPairPanelCost + blocks * kPairBlockCost) * (p.block_columns / kWideStepK);
      tile.bytes += blocks * block_bytes;
      i += take_x;
      j += take_y;
    }
    tile.last = static_cast<int32_t>(entries.size());
    tiles.push_back(tile);
  }
  return tiles;
}

void finish_wide(SpmmPlan& plan, const DeviceShape& device, const PlanOptions& options) {
  const PatternView& p = plan.shape.pattern;
  const bool pairs = p.block_rows == 64;
  plan.family = Family::kWide;
  plan.cluster = options.cluster > 0 ? options.cluster : 1;
  plan.module = plan.shape.type == ElementType::kF16 ? "spmm_wide_f16" : "spmm_wide_bf16";
  plan.kernel = "sparsek_wide_" + std::to_string(p.block_rows) + "x" + std::to_string(p.block_columns) + "_" +
                (plan.shape.b_column_major ? "t" : "n") + "_c" + std::to_string(plan.cluster);
  plan.threads = kWideThreads;
  plan.shared_bytes = kWideSharedBytes;
  plan.tile_rows = kWideTileRows;
  plan.tile_columns = kWideTileColumns;

  std::vector<PairEntry> entries;
  ScheduleInput input;
  input.tiles = pairs ? pair_tiles(p, options.group_rows, entries) : whole_row_tiles(p);
  const int64_t panel_width = int64_t{kWideTileColumns} * plan.cluster;
  input.panels = static_cast<int>((plan.shape.dense_columns + panel_width - 1) / panel_width);
  input.batch = plan.shape.batch;
  input.owners = device.multiprocessors / plan.cluster;
  input.epilogue_cost = kWideEpilogueCost;
  input.min_piece = 4;
  input.raster_rows = options.raster_rows;
  input.raster_bytes = kRasterBytes;
  const Schedule schedule = schedule_tiles(input);

  plan.grid = input.owners * plan.cluster;
  plan.imbalance = schedule.imbalance;
  plan.sharing = pairs && !entries.empty() ? static_cast<double>(plan.nnzb) / entries.size() : 1.0;
  plan.split_tiles = static_cast<int>(schedule.splits.size());
  plan.workspace_bytes = int64_t{4} * schedule.partials * kWideTileRows * panel_width;
  plan.items = append(plan.tables, schedule.items.data(), schedule.items.size());
  plan.item_first = append(plan.tables, schedule.item_first.data(), schedule.item_first.size());
  plan.pairs = append(plan.tables, entries.data(), entries.size());
  plan.indices = append(plan.tables, p.indices, static_cast<size_t>(pairs ? 0 : plan.nnzb));
  plan.splits = append(plan.tables, schedule.splits.data(), schedule.splits.size());
}

void finish_narrow(SpmmPlan& plan, const DeviceShape& device, const PlanOptions& options) {
  const PatternView& p = plan.shape.pattern;
  plan.family = Family::kNarrow;
  plan.module = plan.shape.type == ElementType::kF16 ? "spmm_narrow_f16" : "spmm_narrow_bf16";
  plan.kernel = "sparsek_narrow_k" + std::to_string(narrow_panel_rows(p.block_columns));
  plan.threads = kNarrowThreads;
  plan.shared_bytes = kNarrowSharedBytes;
  plan.tile_rows = kNarrowTileRows;
  plan.tile_columns = kNarrowTileColumns;

  const Unions unions = build_unions(p, group_block_rows(p, kNarrowTileRows / p.block_rows, options.group_rows));
  ScheduleInput input;
  input.tiles = unions.tiles;
  input.panels = static_cast<int>((plan.shape.dense_columns + kNarrowTileColumns - 1) / kNarrowTileColumns);
  input.batch = plan.shape.batch;
  input.owners = device.multiprocessors;
  input.epilogue_cost = kNarrowEpilogueCost;
  input.min_piece = 8;
  input.raster_rows = options.raster_rows;
  input.raster_bytes = kRasterBytes;
  const Schedule schedule = schedule_tiles(input);

  plan.grid = input.owners;
  plan.imbalance = schedule.imbalance;
  plan.fragments = static_cast<int64_t>(unions.fragment_sources.size());
  plan.packed_bytes = plan.fragments * kNarrowFragmentBytes;
  const int64_t panels_per_block = p.block_columns / narrow_panel_rows(p.block_columns);
  plan.sharing = unions.panels > 0 ? static_cast<double>(plan.nnzb * panels_per_block) / unions.panels : 1.0;
  plan.split_tiles = static_cast<int>(schedule.splits.size());
  plan.workspace_bytes = int64_t{4} * schedule.partials * kNarrowTileRows * kNarrowTileColumns;
  plan.items = append(plan.tables, schedule.items.data(), schedule.items.size());
  plan.item_first = append(plan.tables, schedule.item_first.data(), schedule.item_first.size());
  plan.stages = append(plan.tables, unions.stages.data(), unions.stages.size());
  plan.tile_rows_table = append(plan.tables, unions.tile_rows.data(), unions.tile_rows.size());
  plan.fragment_sources = append(plan.tables, unions.fragment_sources.data(), unions.fragment_sources.size());
  plan.splits = append(plan.tables, schedule.splits.data(), schedule.splits.size());
}

bool is_native_side(int side) { return side == 16 || side == 32 || side == 64 || side == 128; }

}  // namespace

SpmmPlan make_spmm_plan(const SpmmShape& shape, const DeviceShape& device, const PlanOptions& options) {
  const PatternView& p = shape.pattern;
  SpmmPlan plan;
  plan.shape = shape;
  plan.nnzb = p.indptr[block_row_count(p)];
  const bool half = shape.type != ElementType::kF32;
  const bool wide = (p.block_rows == 64 || p.block_rows == 128) && (p.block_columns == 64 || p.block_columns == 128);
  const bool native = is_native_side(p.block_rows) && is_native_side(p.block_columns);
  if (device.compute_major == 9 && half && wide && !options.force_narrow) {
    finish_wide(plan, device, options);
  } else if (device.compute_major == 9 && half && native) {
    finish_narrow(plan, device, options);
  } else {
    throw std::invalid_argument("Expected f16 or bf16 blocks with sides of 16, 32, 64 or 128 but received " +
                                std::to_string(p.block_rows) + " x " + std::to_string(p.block_columns));
  }
  plan.shape.pattern.indptr = nullptr;
  plan.shape.pattern.indices = nullptr;
  return plan;
}

}  // namespace sparsek::ops
