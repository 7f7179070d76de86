#include "spmm_groups.h"

#include <algorithm>
#include <numeric>
#include <queue>
#include <utility>

#include "../../../../kernels/cuda/plan/match_params.h"

namespace sparsek::ops {
namespace {

constexpr int64_t kMaxWords = int64_t{1} << 22;        // beyond this much bit set (32 MB) rows are grouped in order
constexpr int64_t kSmallestWindow = 16;
constexpr int64_t kMaxComparisons = int64_t{1} << 28;  // 64-bit words compared in one level: about 0.1 s

// Plain x86-64 can neither count bits nor compare many integers at once; nearly every processor can, so both are compiled.
#if defined(__x86_64__) && defined(__gnu_linux__)
#define SPARSEK_CLONES(...) __attribute__((target_clones(__VA_ARGS__, "default")))
#else
#define SPARSEK_CLONES(...)
#endif

// keys[x * count + y] for every two sets of a window, in squares that stay in the nearest cache; 0 on the diagonal.
SPARSEK_CLONES("arch=icelake-server", "popcnt")
void rank_pairs(const uint64_t* sets, int count, int words, uint32_t* keys) {
  constexpr int kSquare = 16;
  for (int first = 0; first < count; first += kSquare)
    for (int begin = first; begin < count; begin += kSquare)
      for (int x = first; x < std::min(count, first + kSquare); ++x)
        for (int y = std::max(x + 1, begin); y < std::min(count, begin + kSquare); ++y) {
          const uint64_t *one = sets + static_cast<int64_t>(x) * words, *other = sets + static_cast<int64_t>(y) * words;
          uint32_t shared = 0;
          for (int w = 0; w < words; ++w) shared += static_cast<uint32_t>(__builtin_popcountll(one[w] & other[w]));
          keys[static_cast<int64_t>(x) * count + y] = keys[static_cast<int64_t>(y) * count + x] =
              match_key(shared, static_cast<uint32_t>(x ^ y));
        }
}

SPARSEK_CLONES("avx2")
uint32_t highest(const uint32_t* keys, const uint32_t* masks, int count) {
  uint32_t best = 0;
  for (int i = 0; i < count; ++i) best = std::max(best, keys[i] & masks[i]);
  return best;
}

// Matches the sets of one window greedily, highest `match_key` first. Each set waits in a queue under the best key that it
// had when last looked at: when that turns out to be with a taken set, it looks again and goes back.
std::vector<int32_t> match_window(const uint64_t* sets, int count, int words) {
  constexpr uint32_t kFree = ~uint32_t{0};
  std::vector<uint32_t> keys(static_cast<size_t>(count) * count, 0);
  rank_pairs(sets, count, words, keys.data());
  std::vector<int32_t> partner(count, -1);
  std::vector<uint32_t> masks(count, kFree);
  std::priority_queue<std::pair<uint32_t, int>> waiting;
  const auto look = [&](int x) {
    const uint32_t best = highest(&keys[static_cast<size_t>(x) * count], masks.data(), count);
    if (best > 0) waiting.emplace(best, x);
  };
  for (int x = 0; x < count; ++x) look(x);
  while (!waiting.empty()) {
    const auto [key, x] = waiting.top();
    waiting.pop();
    if (partner[x] >= 0) continue;
    const int y = match_other(key, x);
    if (partner[y] >= 0) {
      look(x);
      continue;
    }
    partner[x] = y;
    partner[y] = x;
    masks[x] = masks[y] = 0;
  }
  return partner;
}

// The unions of pairs (second may be -1).
std::vector<uint64_t> merge_sets(const std::vector<uint64_t>& sets, const std::vector<MatchedPair>& pairs, int words) {
  std::vector<uint64_t> out;
  out.reserve(pairs.size() * words);
  for (const MatchedPair& pair : pairs)
    for (int w = 0; w < words; ++w)
      out.push_back(sets[static_cast<size_t>(pair.first) * words + w] |
                    (pair.second < 0 ? 0 : sets[static_cast<size_t>(pair.second) * words + w]));
  return out;
}

std::vector<int32_t> in_order(int rows, int size) {
  std::vector<int32_t> out((rows + size - 1) / size * size, -1);
  std::iota(out.begin(), out.begin() + rows, 0);
  return out;
}

}  // namespace

Grouping plan_grouping(const PatternView& pattern, int size) {
  Grouping grouping;
  grouping.rows = static_cast<int>((pattern.rows + pattern.block_rows - 1) / pattern.block_rows);
  grouping.words = static_cast<int>(((pattern.columns + pattern.block_columns - 1) / pattern.block_columns + 63) / 64);
  if (static_cast<int64_t>(grouping.words) * grouping.rows > kMaxWords) return grouping;
  int sets = grouping.rows;
  for (int level = 1; level < size; level *= 2, sets = (sets + 1) / 2) {
    const int64_t affordable = 2 * kMaxComparisons / std::max<int64_t>(1, static_cast<int64_t>(sets) * grouping.words);
    grouping.windows.push_back(static_cast<int>(std::clamp<int64_t>(affordable, kSmallestWindow, kMatchWindow)) / 2 * 2);
  }
  return grouping;
}

std::vector<uint64_t> column_sets(const PatternView& pattern, const Grouping& grouping) {
  std::vector<uint64_t> sets(static_cast<size_t>(grouping.rows) * grouping.words, 0);
  for (int row = 0; row < grouping.rows; ++row)
    for (int32_t i = pattern.indptr[row]; i < pattern.indptr[row + 1]; ++i)
      sets[static_cast<size_t>(row) * grouping.words + pattern.indices[i] / 64] |= uint64_t{1} << (pattern.indices[i] % 64);
  return sets;
}

std::vector<MatchedPair> match_level(const std::vector<uint64_t>& sets, int count, int words, int window) {
  std::vector<MatchedPair> pairs;
  for (int begin = 0; begin < count; begin += window) {
    const int size = std::min(window, count - begin);
    const std::vector<int32_t> partner = match_window(sets.data() + static_cast<size_t>(begin) * words, size, words);
    for (int x = 0; x < size; ++x)
      if (partner[x] < 0 || partner[x] > x) pairs.push_back({begin + x, partner[x] < 0 ? -1 : begin + partner[x]});
  }
  return pairs;
}

std::vector<int32_t> join_groups(const Grouping& grouping, const std::vector<std::vector<MatchedPair>>& levels) {
  std::vector<int32_t> groups(grouping.rows);
  std::iota(groups.begin(), groups.end(), 0);
  size_t size = 1;
  for (const auto& pairs : levels) {
    std::vector<int32_t> next;
    next.reserve(pairs.size() * 2 * size);
    for (const MatchedPair& pair : pairs)
      for (const int32_t half : {pair.first, pair.second}) {
        if (half < 0) next.resize(next.size() + size, -1);
        else next.insert(next.end(), groups.begin() + half * size, groups.begin() + (half + 1) * size);
      }
    groups = std::move(next);
    size *= 2;
  }
  return groups;
}

std::vector<int32_t> group_block_rows(const PatternView& pattern, int size, bool by_overlap) {
  const Grouping grouping = plan_grouping(pattern, size);
  if (!by_overlap || grouping.windows.empty()) return in_order(grouping.rows, size);
  const int words = grouping.words;
  std::vector<uint64_t> sets = column_sets(pattern, grouping);
  std::vector<std::vector<MatchedPair>> levels;
  int count = grouping.rows;
  for (const int window : grouping.windows) {
    if (!levels.empty()) sets = merge_sets(sets, levels.back(), words);
    levels.push_back(match_level(sets, count, words, window));
    count = static_cast<int>(levels.back().size());
  }
  return join_groups(grouping, levels);
}

}  // namespace sparsek::ops
