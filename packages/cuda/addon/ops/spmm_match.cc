#include "spmm_match.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "../driver/error.h"
#include "../runtime/launch.h"

namespace sparsek::ops {

using driver::check;
using driver::CUdeviceptr;

namespace {

constexpr int64_t kLongComparisons = int64_t{1} << 19;  // 64-bit words; measured, see docs/kernels/spmm-log.md
constexpr int kWindowsAtOnce = 16;                      // 64 MB of keys

// What comes back orders rows of every later product, so it is not taken on trust: every set once.
bool is_matching(const std::vector<MatchedPair>& pairs, int count) {
  std::vector<bool> seen(static_cast<size_t>(count), false);
  const auto take = [&](int32_t set) {
    if (set < 0 || set >= count || seen[static_cast<size_t>(set)]) return false;
    seen[static_cast<size_t>(set)] = true;
    return true;
  };
  return std::all_of(pairs.begin(), pairs.end(), [&](const MatchedPair& pair) {
    return take(pair.first) && (pair.second == -1 || take(pair.second));
  }) && std::all_of(seen.begin(), seen.end(), [](bool taken) { return taken; });
}

int64_t windows_of(int sets, int window) { return (sets + window - 1) / window; }

}  // namespace

bool matching_is_long(const PatternView& pattern, int size) {
  const Grouping grouping = plan_grouping(pattern, size);
  int64_t comparisons = 0;
  int sets = grouping.rows;
  for (const int window : grouping.windows) {
    comparisons += static_cast<int64_t>(sets) * std::min(sets, window) / 2 * grouping.words;
    sets = (sets + 1) / 2;
  }
  return comparisons >= kLongComparisons;
}

std::vector<int32_t> group_block_rows_on_device(const driver::Api& api, cuda::ModuleCache& modules,
                                                const PatternView& pattern, int size, driver::CUstream stream,
                                                const std::function<CUdeviceptr(size_t)>& allocate) {
  const Grouping grouping = plan_grouping(pattern, size);
  if (grouping.windows.empty() || grouping.rows == 0) return group_block_rows(pattern, size, true);
  const std::vector<uint64_t> sets = column_sets(pattern, grouping);

  int64_t keys = 0;
  std::vector<std::vector<MatchedPair>> levels;
  int count = grouping.rows;
  for (const int window : grouping.windows) {
    levels.emplace_back((count + 1) / 2);
    keys = std::max(keys, std::min<int64_t>(kWindowsAtOnce, windows_of(count, window)) * window * window);
    count = (count + 1) / 2;
  }
  const size_t set_bytes = static_cast<size_t>(grouping.words) * sizeof(uint64_t);
  MatchParams params{};
  CUdeviceptr current = allocate(set_bytes * grouping.rows), merged = allocate(set_bytes * levels[0].size());
  params.keys = reinterpret_cast<uint32_t*>(allocate(static_cast<size_t>(keys) * sizeof(uint32_t)));
  params.words = grouping.words;
  check(api.cuMemcpyHtoDAsync(current, sets.data(), sets.size() * sizeof(uint64_t), stream), "cuMemcpyHtoDAsync");

  cuda::LaunchShape rank, match;
  rank.block = {kRankThreads, 1, 1};
  match.block = {kMatchWindow, 1, 1};
  rank.stream = match.stream = stream;
  const driver::CUfunction rank_pairs = modules.kernel("spmm_match.cubin", "sparsek_rank_pairs", 0);
  const driver::CUfunction match_window = modules.kernel("spmm_match.cubin", "sparsek_match_window", 0);
  count = grouping.rows;
  std::vector<CUdeviceptr> found;
  for (size_t level = 0; level < levels.size(); ++level) {
    found.push_back(allocate(levels[level].size() * sizeof(MatchedPair)));
    params.sets = reinterpret_cast<const uint64_t*>(current);
    params.merged = level + 1 < levels.size() ? reinterpret_cast<uint64_t*>(merged) : nullptr;
    params.pairs = reinterpret_cast<MatchedPair*>(found[level]);
    params.count = count;
    params.window = grouping.windows[level];
    const unsigned squares = static_cast<unsigned>((std::min(count, params.window) + kMatchSquare - 1) / kMatchSquare);
    const int windows = static_cast<int>(windows_of(count, params.window));
    for (params.first_window = 0; params.first_window < windows; params.first_window += kWindowsAtOnce) {
      const auto together = static_cast<unsigned>(std::min(kWindowsAtOnce, windows - params.first_window));
      rank.grid = {squares, squares, together};
      match.grid = {together, 1, 1};
      cuda::launch(api, rank_pairs, rank, params);
      cuda::launch(api, match_window, match, params);
    }
    std::swap(current, merged);
    count = static_cast<int>(levels[level].size());
  }
  for (size_t level = 0; level < levels.size(); ++level)
    check(api.cuMemcpyDtoHAsync(levels[level].data(), found[level], levels[level].size() * sizeof(MatchedPair), stream),
          "cuMemcpyDtoHAsync");
  check(api.cuStreamSynchronize(stream), "cuStreamSynchronize");
  count = grouping.rows;
  for (const auto& pairs : levels) {
    if (!is_matching(pairs, count)) throw std::runtime_error("The GPU matched block rows wrongly");
    count = static_cast<int>(pairs.size());
  }
  return join_groups(grouping, levels);
}

}  // namespace sparsek::ops
