#include "skinny_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "../../../../kernels/cuda/gemm/skinny_params.h"

namespace sparsek::ops {
namespace {

// Microseconds and kilobytes, fitted to runs on an H200 at 8192 and 32768 with 12.5 % of the blocks.
constexpr double kStart = 3.0;          // launch, first loads, sums of the warps
constexpr double kExchange[] = {0.0, 0.0, 1.4, 4.0};  // between 1, 2, 4, 8 CTAs
constexpr double kSmRate = 80.0;        // what a multiprocessor reads in a microsecond, and what a CTA multiplies:
constexpr double cta_rate(int columns) { return columns <= 16 ? kSmRate : columns == 32 ? 50.0 : 33.0; }
constexpr double kSecondLaunch = 200.0; // kilobytes that go with the time of the launch that adds pieces of split rows
constexpr double kFewest = 64.0;        // kilobytes of a piece of a split row
constexpr double kKilobytesAnElement = 2e-3;
constexpr double kSplitShare = 1.25;    // of a multiprocessor's fair share: longer rows are worth the second launch
constexpr double kFewWaves = 4;         // fewer end together; of more, the last is half empty on average
constexpr double kSlack = 0.02;         // of a wave, which starts before the one ahead has ended

struct Tiles {
  std::vector<double> cost;  // kilobytes of A and B of each block row
  double total = 0, longest = 0;
};

Tiles weigh(const PatternView& p, int columns) {
  const int64_t block_rows = (p.rows + p.block_rows - 1) / p.block_rows;
  const double block = kKilobytesAnElement * p.block_columns * (p.block_rows + columns);
  Tiles tiles;
  tiles.cost.resize(block_rows);
  for (int64_t row = 0; row < block_rows; ++row) {
    tiles.cost[row] = block * (p.indptr[row + 1] - p.indptr[row]);
    tiles.longest = std::max(tiles.longest, tiles.cost[row]);
  }
  tiles.total = std::accumulate(tiles.cost.begin(), tiles.cost.end(), 0.0);
  return tiles;
}

// A row of more than this is cut into pieces.
double split_limit(const Tiles& tiles, int batch, int multiprocessors, int cluster) {
  return kSplitShare * tiles.total * batch * cluster / multiprocessors + kSecondLaunch * cluster;
}

int choose_cluster(int columns, int batch, int multiprocessors, const Tiles& tiles) {
  const double count = std::max(1.0, static_cast<double>(tiles.cost.size()) * batch);
  const double mean = tiles.total * batch / count;
  int best = 0;
  double least = 0;
  for (int log = 0; 1 << log <= kSkinnyMaxCluster; ++log) {
    const double ctas = count * (1 << log);
    const double waves = ctas / (multiprocessors * kSkinnyResidents);
    const double sharing = std::min<double>(kSkinnyResidents, std::max(1.0, ctas / multiprocessors));
    const auto time = [&](double cost) {
      return cost / (1 << log) * std::max(1 / cta_rate(columns), sharing / kSmRate) + kStart + kExchange[log];
    };
    const double rounds = waves < kFewWaves ? std::max(1.0, std::ceil(waves - kSlack)) : waves + 0.5;
    const double longest = std::min(tiles.longest, split_limit(tiles, batch, multiprocessors, 1 << log));
    const double total = std::max(time(longest), rounds * time(mean));
    if (log == 0 || total < least) {
      best = log;
      least = total;
    }
  }
  return 1 << best;
}

}  // namespace

SkinnySchedule schedule_skinny(const PatternView& p, int64_t dense_columns, int batch, int multiprocessors,
                               int forced_cluster) {
  const int columns = skinny_columns(dense_columns);
  const Tiles tiles = weigh(p, columns);
  SkinnySchedule out;
  if (forced_cluster > 0) {
    while (2 * out.cluster <= std::min(forced_cluster, kSkinnyMaxCluster)) out.cluster *= 2;
  } else {
    out.cluster = choose_cluster(columns, batch, multiprocessors, tiles);
  }
  const double share = tiles.total * batch * out.cluster / multiprocessors;
  const double limit = split_limit(tiles, batch, multiprocessors, out.cluster);
  const double piece_cost = std::max(share, kFewest * out.cluster);

  const int block_rows = static_cast<int>(tiles.cost.size());
  std::vector<int> order(block_rows);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int x, int y) { return tiles.cost[x] > tiles.cost[y]; });
  double longest = 0;
  std::vector<double> costs;
  for (const int row : order)
    for (int matrix = 0; matrix < batch; ++matrix) {
      const int32_t first = p.indptr[row], last = p.indptr[row + 1];
      const int64_t blocks = last - first;
      const int64_t pieces =
          tiles.cost[row] > limit ? std::min<int64_t>(blocks, static_cast<int64_t>(tiles.cost[row] / piece_cost) + 1) : 1;
      const int32_t row0 = static_cast<int32_t>(row * p.block_rows);
      if (pieces > 1) {
        out.splits.push_back(
            SplitTile{{row0, -1}, 0, matrix, out.partials, static_cast<int32_t>(pieces), {0, 0}});
      }
      for (int64_t i = 0; i < pieces; ++i) {
        out.items.push_back(WorkItem{{row0, -1},
                                     0,
                                     matrix,
                                     static_cast<int32_t>(first + blocks * i / pieces),
                                     static_cast<int32_t>(first + blocks * (i + 1) / pieces),
                                     pieces > 1 ? out.partials++ : -1,
                                     0});
      }
      longest = std::max(longest, tiles.cost[row] / pieces);
    }
  // Pieces of split rows may be shorter than whole ones that follow them.
  std::stable_sort(out.items.begin(), out.items.end(),
                   [](const WorkItem& x, const WorkItem& y) { return x.last - x.first > y.last - y.first; });
  const double mean = tiles.total * batch / std::max<size_t>(1, out.items.size());
  out.imbalance = mean > 0 ? longest / mean : 1.0;
  return out;
}

}  // namespace sparsek::ops
