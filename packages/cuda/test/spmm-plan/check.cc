// Replays plans on the host: every stored block must meet every column of C exactly once, in increasing order of k within a
// row, and every tile of C must be finished exactly once. Prints the first fault and returns 1.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "../../../../kernels/cuda/gemm/narrow_params.h"
#include "../../../../kernels/cuda/gemm/skinny_params.h"
#include "../../../../kernels/cuda/gemm/wide_params.h"
#include "../../addon/ops/spmm_plan.h"
#include "../../addon/ops/traffic.h"

using namespace sparsek;
using namespace sparsek::ops;

namespace {

struct Pattern {
  int rows, columns, block_rows, block_columns;
  std::vector<int32_t> indptr, indices;
};

void require(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error(what);
}

int count(int extent, int side) { return (extent + side - 1) / side; }
int count_of_rows(const Pattern& p) { return count(p.rows, p.block_rows); }

// Row i keeps a block with probability density, or every block when i is `full_row`.
Pattern random_pattern(int rows, int columns, int r, int c, double density, int full_row, uint32_t seed) {
  std::mt19937 draw(seed);
  Pattern p{rows, columns, r, c, {0}, {}};
  for (int i = 0; i < count(rows, r); ++i) {
    for (int j = 0; j < count(columns, c); ++j)
      if (i == full_row || draw() < density * 4294967296.0) p.indices.push_back(j);
    p.indptr.push_back(static_cast<int32_t>(p.indices.size()));
  }
  return p;
}

template <typename T>
const T* table(const SpmmPlan& plan, const TableRange& range) {
  return reinterpret_cast<const T*>(plan.tables.data() + range.offset);
}

// One product of a 16-row strip with 16 rows of B.
using Product = std::tuple<int, int>;  // k, piece of A (block * pieces + piece)
// Strip's first row, panel, batch -> its products in the order in which they are added.
using Sums = std::map<std::tuple<int, int, int>, std::vector<Product>>;

void add_wide(const SpmmPlan& plan, const Pattern& p, const WorkItem& item, Sums& sums) {
  for (int half = 0; half < 2; ++half) {
    if (item.slot_row[half] < 0) continue;
    for (int strip = 0; strip < 4; ++strip) {
      const int row = item.slot_row[half] + 16 * strip;
      if (row >= p.rows) continue;
      auto& products = sums[{row, item.panel, item.batch}];
      for (int e = item.first; e < item.last; ++e) {
        int block = e, k = 0;
        if (p.block_rows == 64) {
          const PairEntry& entry = table<PairEntry>(plan, plan.pairs)[e];
          require(((entry.mask >> half) & 1) == (entry.block[half] >= 0), "a pair's mask differs from its blocks");
          block = entry.block[half];
          k = entry.k;
        } else {
          k = table<int32_t>(plan, plan.indices)[e] * p.block_columns;
        }
        if (block < 0) continue;
        const int across = p.block_columns / 16;
        for (int piece = 0; piece < across; ++piece)
          products.emplace_back(k + 16 * piece, block * across * (p.block_rows / 16) + (row % p.block_rows) / 16 * across + piece);
      }
    }
  }
}

void add_narrow(const SpmmPlan& plan, const Pattern& p, const WorkItem& item, Sums& sums) {
  const int32_t* rows = table<int32_t>(plan, plan.tile_rows_table) + item.slot_row[0] * kNarrowStrips;
  const int panel_rows = std::min(p.block_columns, 32);
  for (int strip = 0; strip < kNarrowStrips; ++strip)
    if (rows[strip] >= 0) sums[{rows[strip], item.panel, item.batch}];
  for (int index = item.first; index < item.last; ++index) {
    const NarrowStage& stage = table<NarrowStage>(plan, plan.stages)[index];
    uint32_t fragment = stage.first_fragment;
    for (int step = 0; step < kNarrowSteps; ++step)
      for (int strip = 0; strip < kNarrowStrips; ++strip) {
        if (!((stage.mask[step] >> strip) & 1)) continue;
        const int panel = stage.k[step * 16 / panel_rows];
        require(panel >= 0, "a step with blocks has no panel of B");
        const int source = table<int32_t>(plan, plan.fragment_sources)[fragment++];
        if (rows[strip] < 0) continue;  // the part of an edge block outside the matrix
        sums[{rows[strip], item.panel, item.batch}].emplace_back(panel + step * 16 % panel_rows, source);
      }
    require(fragment - stage.first_fragment == stage.fragments, "a stage's fragments differ from its masks");
    require(stage.fragments <= kNarrowMaxFragments, "a stage has too many fragments");
  }
}

void check_items(const SpmmPlan& plan, const Pattern& p, int multiprocessors) {
  const WorkItem* items = table<WorkItem>(plan, plan.items);
  const int32_t* first = table<int32_t>(plan, plan.item_first);
  const int owners = multiprocessors / plan.cluster;
  require(plan.grid == owners * plan.cluster, "the grid is not one CTA a multiprocessor");
  require(first[0] == 0 && first[owners] * int64_t{32} == plan.items.bytes, "the lists do not cover the items");

  Sums sums;
  std::map<int, WorkItem> pieces;
  std::set<std::tuple<int, int, int>> whole;
  for (int i = 0; i < first[owners]; ++i) {
    if (items[i].partial >= 0) {
      require(pieces.emplace(items[i].partial, items[i]).second, "two pieces share a slot");
      continue;
    }
    require(whole.insert({items[i].slot_row[0], items[i].panel, items[i].batch}).second, "a tile is computed twice");
    plan.family == Family::kWide ? add_wide(plan, p, items[i], sums) : add_narrow(plan, p, items[i], sums);
  }
  // A schedule of few tiles is walked by panels, so that B is fetched in step with the products.
  if (plan.split_tiles == 0 && first[owners] <= 5 * owners) {
    for (int owner = 0; owner < owners; ++owner)
      for (int i = first[owner] + 1; i < first[owner + 1]; ++i)
        require(std::tie(items[i - 1].batch, items[i - 1].panel) <= std::tie(items[i].batch, items[i].panel),
                "a short list does not walk by panels");
  }
  const SplitTile* splits = table<SplitTile>(plan, plan.splits);
  size_t used = 0;
  for (int s = 0; s < plan.split_tiles; ++s) {
    require(whole.insert({splits[s].slot_row[0], splits[s].panel, splits[s].batch}).second, "a split tile is computed twice");
    int next = -1;
    for (int i = 0; i < splits[s].partials; ++i, ++used) {
      const WorkItem& piece = pieces.at(splits[s].first_partial + i);
      require(next < 0 || piece.first == next, "the pieces of a split tile leave a gap");
      next = piece.last;
      plan.family == Family::kWide ? add_wide(plan, p, piece, sums) : add_narrow(plan, p, piece, sums);
    }
  }
  require(used == pieces.size(), "a piece belongs to no split tile");

  const int64_t width = int64_t{plan.tile_columns} * plan.cluster;
  const int panels = static_cast<int>((plan.shape.dense_columns + width - 1) / width);
  const int across = p.block_columns / 16, pieces_of_block = across * (p.block_rows / 16);
  size_t strips = 0;
  for (int row = 0; row < p.rows; row += 16)
    for (int panel = 0; panel < panels; ++panel)
      for (int batch = 0; batch < plan.shape.batch; ++batch, ++strips) {
        std::vector<Product> expected;
        const int block_row = row / p.block_rows;
        for (int b = p.indptr[block_row]; b < p.indptr[block_row + 1]; ++b)
          for (int piece = 0; piece < across; ++piece)
            expected.emplace_back(p.indices[b] * p.block_columns + 16 * piece,
                                  b * pieces_of_block + row % p.block_rows / 16 * across + piece);
        const auto found = sums.find({row, panel, batch});
        require(found != sums.end(), "row " + std::to_string(row) + " is not computed");
        require(found->second == expected, "row " + std::to_string(row) + " has other products than its blocks");
      }
  require(strips == sums.size(), "rows outside the matrix are computed");
}

// What the copy engine brings for every item, and the tiles of C.
int64_t counted_bytes(const SpmmPlan& plan, const Pattern& p) {
  const bool wide = plan.family == Family::kWide;
  const WorkItem* items = table<WorkItem>(plan, plan.items);
  const auto* pairs = table<PairEntry>(plan, plan.pairs);
  const auto* stages = table<NarrowStage>(plan, plan.stages);
  const int64_t width = int64_t{plan.tile_columns} * plan.cluster, columns = plan.shape.dense_columns;
  int64_t bytes = plan.shape.batch * int64_t{p.rows} * columns * 2 + 2 * plan.workspace_bytes;
  for (int64_t i = 0; i < plan.items.bytes / int64_t{sizeof(WorkItem)}; ++i) {
    const int64_t loaded = std::min(width, columns - items[i].panel * width);
    for (int e = items[i].first; e < items[i].last; ++e) {
      if (!wide) {
        for (const int32_t k : stages[e].k) bytes += k < 0 ? 0 : std::min(p.block_columns, 32) * loaded * 2;
        bytes += stages[e].fragments * int64_t{kNarrowFragmentBytes};
        continue;
      }
      const int blocks = p.block_rows == 64 ? (pairs[e].block[0] >= 0) + (pairs[e].block[1] >= 0) : 1;
      bytes += p.block_columns * loaded * 2 + int64_t{2} * blocks * p.block_rows * p.block_columns;
    }
  }
  return bytes;
}

// Items of the kernel for few columns are pieces of block rows; those of a split row follow each other without a gap.
void check_skinny(const SpmmPlan& plan, const Pattern& p) {
  const WorkItem* items = table<WorkItem>(plan, plan.items);
  const int count = static_cast<int>(plan.items.bytes / sizeof(WorkItem));
  require(plan.grid == count * plan.cluster, "the grid is not one cluster an item");
  require(plan.cluster <= kSkinnyMaxCluster && (plan.cluster & (plan.cluster - 1)) == 0, "the cluster is no power of two");
  require(plan.shared_bytes <= 227 * 1024, "the kernel asks for more shared memory than there is");
  std::map<std::tuple<int, int>, std::pair<int, int>> done;  // by row and batch: the blocks that are added
  std::map<int, WorkItem> pieces;
  for (int i = 0; i < count; ++i) {
    if (items[i].partial >= 0) {
      require(pieces.emplace(items[i].partial, items[i]).second, "two pieces share a slot");
    } else {
      require(done.insert({{items[i].slot_row[0], items[i].batch}, {items[i].first, items[i].last}}).second,
              "a block row is computed twice");
    }
  }
  const SplitTile* splits = table<SplitTile>(plan, plan.splits);
  size_t used = 0;
  for (int s = 0; s < plan.split_tiles; ++s) {
    const int first = pieces.at(splits[s].first_partial).first;
    int next = first;
    for (int i = 0; i < splits[s].partials; ++i, ++used) {
      const WorkItem& piece = pieces.at(splits[s].first_partial + i);
      require(piece.slot_row[0] == splits[s].slot_row[0] && piece.batch == splits[s].batch, "a piece is of another row");
      require(piece.first == next && piece.last > next, "the pieces of a split row leave a gap");
      next = piece.last;
    }
    require(done.insert({{splits[s].slot_row[0], splits[s].batch}, {first, next}}).second, "a split row is computed twice");
  }
  require(used == pieces.size(), "a piece belongs to no split row");
  require(plan.workspace_bytes == int64_t{4} * static_cast<int64_t>(used) * p.block_rows * plan.tile_columns,
          "the workspace does not hold the pieces");
  for (int row = 0; row < count_of_rows(p); ++row)
    for (int batch = 0; batch < plan.shape.batch; ++batch) {
      const auto found = done.find({row * p.block_rows, batch});
      require(found != done.end(), "block row " + std::to_string(row) + " is not computed");
      require(found->second == std::make_pair(p.indptr[row], p.indptr[row + 1]),
              "block row " + std::to_string(row) + " has other blocks than its own");
    }
  require(done.size() == static_cast<size_t>(count_of_rows(p)) * plan.shape.batch, "rows outside the matrix are computed");
}

int check(const Pattern& p, int columns, int batch, const PlanOptions& options) {
  SpmmShape shape;
  shape.pattern = {p.rows, p.columns, p.block_rows, p.block_columns, p.indptr.data(), p.indices.data()};
  shape.type = ElementType::kF16;
  shape.dense_columns = columns;
  shape.batch = batch;
  constexpr int kMultiprocessors = 132;
  const SpmmPlan plan = make_spmm_plan(shape, {kMultiprocessors, 9}, options);
  require(plan.family != Family::kPortable, "a Hopper shape got the portable kernel");
  plan.family == Family::kSkinny ? check_skinny(plan, p) : check_items(plan, p, kMultiprocessors);
  require(l2_bytes(plan) == (plan.family == Family::kSkinny ? 0 : counted_bytes(plan, p)),
          "the bytes through L2 differ from what the items load");
  return plan.split_tiles;
}

}  // namespace

int main() {
  int plans = 0, splits = 0, skinny_splits = 0;
  for (const int r : {16, 32, 64, 128})
    for (const int c : {16, 32, 64, 128})
      for (const double density : {0.0, 0.05, 0.4, 1.0})
        for (const bool group : {false, true})
          for (const int cluster : {1, 2}) {
            PlanOptions options;
            options.group_rows = group;
            options.cluster = cluster;
            const uint32_t seed = static_cast<uint32_t>(1000 * r + c);
            try {
              splits += check(random_pattern(1000, 1500, r, c, density, -1, seed), 700, 2, options);
              splits += check(random_pattern(300, 20000, r, c, density / 8, 1, seed), 80, 1, options);
              skinny_splits += check(random_pattern(300, 20000, r, c, density / 8, 1, seed), 8, 2, options);
              skinny_splits += check(random_pattern(5000, 3000, r, c, density / 8, 7, seed), 33, 1, options);
              plans += 4;
            } catch (const std::exception& fault) {
              std::printf("blocks %d x %d, density %g, grouped %d, cluster %d: %s\n", r, c, density, group, cluster, fault.what());
              return 1;
            }
          }
  try {  // four tiles of uneven length a list
    check(random_pattern(4096, 4096, 128, 128, 0.125, -1, 1), 4096, 1, PlanOptions{});
    plans += 1;
  } catch (const std::exception& fault) {
    std::printf("short lists: %s\n", fault.what());
    return 1;
  }
  std::printf("%d plans, %d split tiles\n", plans, splits + skinny_splits);
  return splits > 0 && skinny_splits > 0 ? 0 : 1;
}
