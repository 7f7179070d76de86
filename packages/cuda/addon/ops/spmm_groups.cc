#include "spmm_groups.h"

#include <algorithm>
#include <utility>

namespace sparsek::ops {
namespace {

constexpr int64_t kMaxWords = int64_t{1} << 22;        // beyond this much bit set (32 MB) rows are grouped in order
constexpr int64_t kMaxComparisons = int64_t{1} << 28;  // 64-bit words compared in one level: about 0.2 s
constexpr int kMaxWindow = 1024;

// Sets of block columns, one a group of rows.
class ColumnSets {
 public:
  ColumnSets(const PatternView& p, int rows, int words) : words_(words), bits_(static_cast<size_t>(rows) * words, 0) {
    for (int row = 0; row < rows; ++row)
      for (int32_t i = p.indptr[row]; i < p.indptr[row + 1]; ++i)
        bits_[static_cast<size_t>(row) * words + p.indices[i] / 64] |= uint64_t{1} << (p.indices[i] % 64);
  }

  int shared(int x, int y) const {
    const uint64_t* a = &bits_[static_cast<size_t>(x) * words_];
    const uint64_t* b = &bits_[static_cast<size_t>(y) * words_];
    int count = 0;
    for (int i = 0; i < words_; ++i) count += __builtin_popcountll(a[i] & b[i]);
    return count;
  }

  // The unions of the given pairs (second may be -1).
  ColumnSets merged(const std::vector<std::pair<int, int>>& pairs) const {
    ColumnSets out(words_, pairs.size());
    for (size_t i = 0; i < pairs.size(); ++i)
      for (int w = 0; w < words_; ++w) {
        uint64_t bits = bits_[static_cast<size_t>(pairs[i].first) * words_ + w];
        if (pairs[i].second >= 0) bits |= bits_[static_cast<size_t>(pairs[i].second) * words_ + w];
        out.bits_[i * words_ + w] = bits;
      }
    return out;
  }

 private:
  ColumnSets(int words, size_t sets) : words_(words), bits_(sets * words, 0) {}
  int words_;
  std::vector<uint64_t> bits_;
};

// Matches sets begin .. end-1, those that share most first; ties in order, so that the result is reproducible.
void match_window(const ColumnSets& sets, int begin, int end, std::vector<std::pair<int, int>>& out) {
  const int count = end - begin;
  std::vector<std::vector<std::pair<int, int>>> by_shared;
  for (int x = begin; x < end; ++x)
    for (int y = x + 1; y < end; ++y) {
      const size_t shared = static_cast<size_t>(sets.shared(x, y));
      if (by_shared.size() <= shared) by_shared.resize(shared + 1);
      by_shared[shared].emplace_back(x, y);
    }
  std::vector<bool> taken(count, false);
  for (auto bucket = by_shared.rbegin(); bucket != by_shared.rend(); ++bucket)
    for (const auto& [x, y] : *bucket) {
      if (taken[x - begin] || taken[y - begin]) continue;
      taken[x - begin] = taken[y - begin] = true;
      out.emplace_back(x, y);
    }
  for (int x = begin; x < end; ++x)
    if (!taken[x - begin]) out.emplace_back(x, -1);
}

std::vector<std::pair<int, int>> match(const ColumnSets& sets, int count, int words) {
  const int64_t affordable = 2 * kMaxComparisons / std::max<int64_t>(1, static_cast<int64_t>(count) * words);
  const int window = static_cast<int>(std::clamp<int64_t>(affordable, 16, kMaxWindow)) / 2 * 2;
  std::vector<std::pair<int, int>> pairs;
  for (int begin = 0; begin < count; begin += window) match_window(sets, begin, std::min(count, begin + window), pairs);
  return pairs;
}

std::vector<int32_t> in_order(int rows, int size) {
  std::vector<int32_t> out((rows + size - 1) / size * size, -1);
  for (int row = 0; row < rows; ++row) out[row] = row;
  return out;
}

}  // namespace

std::vector<int32_t> group_block_rows(const PatternView& pattern, int size, bool by_overlap) {
  const int rows = static_cast<int>((pattern.rows + pattern.block_rows - 1) / pattern.block_rows);
  const int words = static_cast<int>(((pattern.columns + pattern.block_columns - 1) / pattern.block_columns + 63) / 64);
  if (!by_overlap || static_cast<int64_t>(words) * rows > kMaxWords) return in_order(rows, size);
  ColumnSets sets(pattern, rows, words);
  std::vector<std::vector<int32_t>> groups(rows);
  for (int row = 0; row < rows; ++row) groups[row] = {row};
  for (int level = 1; level < size; level *= 2) {
    const auto pairs = match(sets, static_cast<int>(groups.size()), words);
    std::vector<std::vector<int32_t>> next;
    for (const auto& [x, y] : pairs) {
      std::vector<int32_t> group = groups[x];
      if (y >= 0) group.insert(group.end(), groups[y].begin(), groups[y].end());
      group.resize(2 * level, -1);
      next.push_back(std::move(group));
    }
    if (2 * level < size) sets = sets.merged(pairs);
    groups = std::move(next);
  }
  std::vector<int32_t> out;
  for (const auto& group : groups) out.insert(out.end(), group.begin(), group.end());
  return out;
}

}  // namespace sparsek::ops
