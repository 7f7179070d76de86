#include "spmm_plan.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>

#include "../../../../kernels/cuda/gemm/skinny_params.h"
#include "../../../../kernels/cuda/gemm/wide_params.h"
#include "element_name.h"
#include "skinny_plan.h"
#include "spmm_groups.h"
#include "spmm_schedule.h"
#include "spmm_unions.h"

namespace sparsek::ops {
namespace {

// Costs in units of 8 KB brought to a multiprocessor, about 215 clocks at the 38 bytes a clock that L2 gives each one.
constexpr int64_t kHalfBlockCost = 1;      // 64 x 64 of A
constexpr int64_t kWideEpilogueCost = 6;
constexpr int64_t kFewEpilogueCost = 2;    // of tiles with a quarter of the columns
constexpr int64_t kWideSplitCost = 40;     // about 5 microseconds
// Entries of a piece of a split tile at least: shorter ones are mostly epilogue.
constexpr int kFewestWidePiece = 4, kFewestFewPiece = 2, kFewestNarrowPiece = 8;
constexpr int64_t kFewColumns = 128;       // up to here the variant for few columns moves less
constexpr int64_t kNarrowEpilogueCost = 170;  // units of 512 bytes from L2
constexpr int64_t kNarrowSplitCost = 670;
constexpr int64_t kResidentBytes = int64_t{40} << 20;  // of A that repeated products find in L2
constexpr int64_t kRasterBytes = int64_t{24} << 20;  // A of one raster group; L2 keeps about 30 MB of hot data

int block_row_count(const PatternView& p) { return static_cast<int>((p.rows + p.block_rows - 1) / p.block_rows); }

std::vector<RowTile> whole_row_tiles(const PatternView& p, int64_t panel_cost) {
  std::vector<RowTile> tiles;
  const int64_t block_bytes = int64_t{2} * p.block_rows * p.block_columns;
  for (int row = 0; row < block_row_count(p); ++row) {
    const int64_t blocks = p.indptr[row + 1] - p.indptr[row];
    const int32_t first = row * kWideTileRows;
    tiles.push_back(RowTile{{first, first + kWideHalfRows < p.rows ? first + kWideHalfRows : -1},
                            p.indptr[row],
                            p.indptr[row + 1],
                            blocks * (p.block_columns / kWideStepK) * (panel_cost + 2 * kHalfBlockCost),
                            blocks * block_bytes});
  }
  return tiles;
}

std::vector<int32_t> grouped_rows(const PatternView& p, int size, const PlanOptions& options) {
  return options.group_rows && options.group ? options.group(p, size) : group_block_rows(p, size, options.group_rows);
}

// Merges the column lists of each pair of block rows.
std::vector<RowTile> pair_tiles(const PatternView& p, const PlanOptions& options, int64_t panel_cost,
                                std::vector<PairEntry>& entries) {
  std::vector<RowTile> tiles;
  const int64_t block_bytes = int64_t{2} * p.block_rows * p.block_columns;
  const std::vector<int32_t> groups = grouped_rows(p, 2, options);
  for (size_t pair = 0; pair < groups.size(); pair += 2) {
    const int32_t x = groups[pair], y = groups[pair + 1];
    RowTile tile{{x * kWideHalfRows, y < 0 ? -1 : y * kWideHalfRows}, static_cast<int32_t>(entries.size()), 0, 0, 0};
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
      tile.cost += (panel_cost + blocks * kHalfBlockCost) * (p.block_columns / kWideStepK);
      tile.bytes += blocks * block_bytes;
      i += take_x;
      j += take_y;
    }
    tile.last = static_cast<int32_t>(entries.size());
    tiles.push_back(tile);
  }
  return tiles;
}

// Two CTAs that share A move less through L2, but they wait for each other: measured, it pays for paired rows of products
// with many columns, and for whole rows where there is much to do.
constexpr int64_t kSharedColumns = 8192;
constexpr int64_t kSharedOutput = int64_t{1} << 26;  // elements of C

int choose_cluster(const SpmmPlan& plan) {
  const int64_t columns = plan.shape.dense_columns;
  const int64_t panels = (columns + kWideTileColumns - 1) / kWideTileColumns;
  const bool pairs = plan.shape.pattern.block_rows == kWideHalfRows;
  const bool large = pairs ? columns >= kSharedColumns : plan.shape.pattern.rows * columns >= kSharedOutput;
  return panels % 2 == 0 && large ? 2 : 1;
}

void finish_wide(SpmmPlan& plan, const DeviceShape& device, const PlanOptions& options) {
  const PatternView& p = plan.shape.pattern;
  const bool pairs = p.block_rows == kWideHalfRows;
  plan.family = Family::kWide;
  const bool few = plan.shape.dense_columns <= kFewColumns;
  plan.cluster = few || device.multiprocessors < 2 ? 1 : options.cluster > 0 ? options.cluster : choose_cluster(plan);
  plan.module = std::string("spmm_wide_") + element_name(plan.shape.type);
  plan.kernel = "sparsek_wide_" + std::to_string(p.block_rows) + "x" + std::to_string(p.block_columns) + "_" +
                (plan.shape.b_column_major ? "t_" : "n_") + (few ? "few" : "c" + std::to_string(plan.cluster));
  plan.threads = kWideThreads;
  plan.shared_bytes = kWideSharedBytes;
  plan.tile_rows = kWideTileRows;
  plan.tile_columns = few ? kWideFewTileColumns : kWideTileColumns;
  const int64_t panel_cost = plan.tile_columns / 64;

  std::vector<PairEntry> entries;
  ScheduleInput input;
  input.tiles = pairs ? pair_tiles(p, options, panel_cost, entries) : whole_row_tiles(p, panel_cost);
  const int64_t panel_width = int64_t{plan.tile_columns} * plan.cluster;
  input.panels = static_cast<int>((plan.shape.dense_columns + panel_width - 1) / panel_width);
  input.batch = plan.shape.batch;
  input.owners = device.multiprocessors / plan.cluster;
  input.epilogue_cost = few ? kFewEpilogueCost : kWideEpilogueCost;
  input.split_cost = kWideSplitCost;
  input.min_piece = few ? kFewestFewPiece : kFewestWidePiece;
  input.raster_rows = options.raster_rows;
  input.raster_bytes = kRasterBytes;
  const Schedule schedule = schedule_tiles(input);

  plan.grid = input.owners * plan.cluster;
  plan.imbalance = schedule.imbalance;
  plan.sharing = pairs && !entries.empty() ? static_cast<double>(plan.nnzb) / entries.size() : 1.0;
  plan.split_tiles = static_cast<int>(schedule.splits.size());
  plan.workspace_bytes = int64_t{4} * schedule.partials * kWideTileRows * panel_width;
  plan.items = append_table(plan.tables, schedule.items);
  plan.item_first = append_table(plan.tables, schedule.item_first);
  plan.pairs = append_table(plan.tables, entries);
  plan.splits = append_table(plan.tables, schedule.splits);
}

void finish_narrow(SpmmPlan& plan, const DeviceShape& device, const PlanOptions& options) {
  const PatternView& p = plan.shape.pattern;
  plan.family = Family::kNarrow;
  plan.module = std::string("spmm_narrow_") + element_name(plan.shape.type);
  plan.kernel = "sparsek_narrow_k" + std::to_string(narrow_panel_rows(p.block_columns));
  plan.threads = kNarrowThreads;
  plan.shared_bytes = kNarrowSharedBytes;
  plan.tile_rows = kNarrowTileRows;
  plan.tile_columns = kNarrowTileColumns;

  const Unions unions = build_unions(p, grouped_rows(p, kNarrowTileRows / p.block_rows, options));
  ScheduleInput input;
  input.tiles = unions.tiles;
  input.panels = static_cast<int>((plan.shape.dense_columns + kNarrowTileColumns - 1) / kNarrowTileColumns);
  input.batch = plan.shape.batch;
  input.owners = device.multiprocessors;
  input.epilogue_cost = kNarrowEpilogueCost;
  input.split_cost = kNarrowSplitCost;
  input.min_piece = kFewestNarrowPiece;
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
  plan.items = append_table(plan.tables, schedule.items);
  plan.item_first = append_table(plan.tables, schedule.item_first);
  plan.stages = append_table(plan.tables, unions.stages);
  plan.tile_rows_table = append_table(plan.tables, unions.tile_rows);
  plan.fragment_sources = append_table(plan.tables, unions.fragment_sources);
  plan.splits = append_table(plan.tables, schedule.splits);
}

void finish_skinny(SpmmPlan& plan, const DeviceShape& device, const PlanOptions& options) {
  const PatternView& p = plan.shape.pattern;
  const int columns = skinny_columns(plan.shape.dense_columns);
  const SkinnySchedule schedule = schedule_skinny(p, plan.shape.dense_columns, plan.shape.batch, device.multiprocessors,
                                                  options.cluster);
  plan.family = Family::kSkinny;
  plan.module = std::string("spmm_skinny_") + element_name(plan.shape.type);
  // The launch adds how B is read.
  plan.kernel = "sparsek_skinny_n" + std::to_string(columns) + "_r" + std::to_string(skinny_strips(p.block_rows)) + "_k" +
                std::to_string(skinny_step(p.block_rows, p.block_columns));
  plan.threads = kSkinnyThreads;
  plan.shared_bytes = skinny_shared_bytes(columns, skinny_strips(p.block_rows),
                                          skinny_step(p.block_rows, p.block_columns));
  plan.tile_rows = p.block_rows;
  plan.tile_columns = columns;
  plan.cluster = schedule.cluster;
  plan.grid = static_cast<int>(schedule.items.size()) * schedule.cluster;
  plan.imbalance = schedule.imbalance;
  plan.split_tiles = static_cast<int>(schedule.splits.size());
  plan.workspace_bytes = int64_t{4} * schedule.partials * p.block_rows * columns;
  plan.items = append_table(plan.tables, schedule.items);
  plan.splits = append_table(plan.tables, schedule.splits);
}

bool is_native_side(int side) { return side == 16 || side == 32 || side == 64 || side == 128; }

void finish_portable(SpmmPlan& plan) {
  plan.family = Family::kPortable;
  plan.module = "spmm_portable";
  plan.kernel = portable_kernel(plan.shape);
}

// The Hopper kernels count block rows, pieces and coordinates of the copy engine in 32 bits.
bool fits_coordinates(const SpmmPlan& plan) {
  const PatternView& p = plan.shape.pattern;
  const int64_t pieces = plan.nnzb * std::max(1, p.block_rows / 16) * std::max(1, p.block_columns / 16);
  return plan.nnzb * p.block_rows < INT32_MAX && pieces < INT32_MAX;
}

// Measured: large blocks with more columns are better off with the wide kernel's ring, the more so where A comes from
// device memory.
bool skinny_wins(const SpmmPlan& plan) {
  const PatternView& p = plan.shape.pattern;
  const int64_t columns = plan.shape.dense_columns;
  if (p.block_rows < 64 || p.block_columns < 64 || columns <= 16) return columns <= kSkinnyColumns;
  const bool in_l2 = 2 * plan.nnzb * p.block_rows * p.block_columns <= kResidentBytes;
  return in_l2 && columns <= (p.block_rows == 64 ? 64 : 32);
}

Family choose_family(const SpmmPlan& plan, const DeviceShape& device, const PlanOptions& options) {
  const PatternView& p = plan.shape.pattern;
  const bool native = is_native_side(p.block_rows) && is_native_side(p.block_columns);
  if (device.compute_major != 9 || plan.shape.type == ElementType::kF32 || !native || !fits_coordinates(plan) ||
      options.force_portable)
    return Family::kPortable;
  if (options.allow_skinny && !options.force_narrow && skinny_wins(plan)) return Family::kSkinny;
  if (p.block_rows >= 64 && p.block_columns >= 64 && !options.force_narrow) return Family::kWide;
  return plan.shape.b_column_major ? Family::kPortable : Family::kNarrow;
}

}  // namespace

std::string portable_kernel(const SpmmShape& shape) {
  const bool tf32 = shape.type == ElementType::kF32 && shape.tf32;
  return std::string("sparsek_portable_") + (tf32 ? "tf32" : element_name(shape.type));
}

SpmmPlan make_spmm_plan(const SpmmShape& shape, const DeviceShape& device, const PlanOptions& options) {
  const PatternView& p = shape.pattern;
  if (p.rows > INT32_MAX || p.columns > INT32_MAX || shape.dense_columns > INT32_MAX) {
    throw std::invalid_argument("Expected at most 2147483647 rows and columns but received a product of " +
                                std::to_string(p.rows) + " x " + std::to_string(p.columns) + " x " +
                                std::to_string(shape.dense_columns));
  }
  SpmmPlan plan;
  plan.shape = shape;
  plan.nnzb = p.indptr[block_row_count(p)];
  plan.indptr = append_table(plan.tables, p.indptr, static_cast<size_t>(block_row_count(p)) + 1);
  plan.indices = append_table(plan.tables, p.indices, static_cast<size_t>(plan.nnzb));
  switch (choose_family(plan, device, options)) {
    case Family::kWide:
      finish_wide(plan, device, options);
      break;
    case Family::kNarrow:
      finish_narrow(plan, device, options);
      break;
    case Family::kSkinny:
      finish_skinny(plan, device, options);
      break;
    default:
      finish_portable(plan);
  }
  plan.shape.pattern.indptr = nullptr;
  plan.shape.pattern.indices = nullptr;
  return plan;
}

}  // namespace sparsek::ops
