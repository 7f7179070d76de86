#include "spmm_pairs.h"

#include <algorithm>

namespace sparsek::ops {
namespace {

constexpr int kWindow = 1024;          // block rows compared with each other: 512 K comparisons of bit sets
constexpr int64_t kMaxWords = 1 << 22; // beyond this much bit set (32 MB) rows are paired in order

int overlap(const uint64_t* x, const uint64_t* y, int words) {
  int count = 0;
  for (int i = 0; i < words; ++i) count += __builtin_popcountll(x[i] & y[i]);
  return count;
}

struct Candidate {
  int32_t shared, first, second;
};

void pair_window(const PatternView& pattern, int begin, int end, int words,
                 std::vector<std::pair<int32_t, int32_t>>& out) {
  const int rows = end - begin;
  std::vector<uint64_t> bits(static_cast<size_t>(rows) * words, 0);
  for (int row = 0; row < rows; ++row)
    for (int32_t p = pattern.indptr[begin + row]; p < pattern.indptr[begin + row + 1]; ++p)
      bits[static_cast<size_t>(row) * words + pattern.indices[p] / 64] |= uint64_t{1} << (pattern.indices[p] % 64);
  std::vector<Candidate> candidates;
  candidates.reserve(static_cast<size_t>(rows) * (rows - 1) / 2);
  for (int x = 0; x < rows; ++x)
    for (int y = x + 1; y < rows; ++y)
      candidates.push_back({overlap(&bits[static_cast<size_t>(x) * words], &bits[static_cast<size_t>(y) * words], words),
                            begin + x, begin + y});
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& x, const Candidate& y) { return x.shared > y.shared; });
  std::vector<bool> taken(rows, false);
  for (const Candidate& c : candidates) {
    if (taken[c.first - begin] || taken[c.second - begin]) continue;
    taken[c.first - begin] = taken[c.second - begin] = true;
    out.emplace_back(c.first, c.second);
  }
  for (int row = 0; row < rows; ++row)
    if (!taken[row]) out.emplace_back(begin + row, -1);
}

}  // namespace

std::vector<std::pair<int32_t, int32_t>> pair_block_rows(const PatternView& pattern, bool by_overlap) {
  const int rows = static_cast<int>((pattern.rows + pattern.block_rows - 1) / pattern.block_rows);
  const int words = static_cast<int>(((pattern.columns + pattern.block_columns - 1) / pattern.block_columns + 63) / 64);
  std::vector<std::pair<int32_t, int32_t>> pairs;
  if (!by_overlap || static_cast<int64_t>(words) * std::min(rows, kWindow) > kMaxWords) {
    for (int row = 0; row < rows; row += 2) pairs.emplace_back(row, row + 1 < rows ? row + 1 : -1);
    return pairs;
  }
  for (int begin = 0; begin < rows; begin += kWindow)
    pair_window(pattern, begin, std::min(rows, begin + kWindow), words, pairs);
  return pairs;
}

}  // namespace sparsek::ops
