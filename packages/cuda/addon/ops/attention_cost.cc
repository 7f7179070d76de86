// Visible blocks of every query tile, by the arithmetic that the kernel's producer warp uses.
#include <algorithm>

#include "../../../../kernels/cuda/attention/visible.h"
#include "attention_plan.h"

namespace sparsek::ops {

using namespace attention;

namespace {

// Makes the clauses' ranges disjoint and ascending.
void merge(std::vector<BlockRange>& ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const BlockRange& a, const BlockRange& b) { return a.begin < b.begin; });
  size_t kept = 0;
  int reached = 0;
  for (const BlockRange& range : ranges) {
    const int begin = std::max(range.begin, reached);
    if (begin >= range.end) continue;
    ranges[kept++] = {begin, range.end, 0, 0};
    reached = range.end;
  }
  ranges.resize(kept);
}

void ranges_of_tile(const AttentionMaskView& mask, const MaskPatternView& pattern, int tile,
                    std::vector<BlockRange>& ranges) {
  const Geometry geometry{static_cast<int32_t>(mask.query_length), static_cast<int32_t>(mask.key_length),
                          mask.document_start, mask.document_end};
  ranges.clear();
  for (const Clause& clause : pattern.clauses)
    ranges.push_back(mask.side == 64 ? clause_blocks<64>(geometry, clause, tile)
                                     : clause_blocks<128>(geometry, clause, tile));
  merge(ranges);
}

}  // namespace

std::vector<int32_t> blocks_per_tile(const AttentionMaskView& mask, const MaskPatternView& pattern) {
  const int tiles = static_cast<int>((mask.query_length + mask.side - 1) / mask.side);
  std::vector<int32_t> counts(tiles);
  std::vector<BlockRange> ranges;
  for (int tile = 0; tile < tiles; ++tile) {
    if (pattern.stored) {
      counts[tile] = pattern.indptr[tile + 1] - pattern.indptr[tile];
      continue;
    }
    ranges_of_tile(mask, pattern, tile, ranges);
    for (const BlockRange& range : ranges) counts[tile] += range.end - range.begin;
  }
  return counts;
}

std::vector<int32_t> part_bounds(const AttentionMaskView& mask, const MaskPatternView& pattern, int32_t tile,
                                 int32_t cost, int32_t parts) {
  std::vector<int32_t> bounds{0};
  std::vector<BlockRange> ranges;
  if (!pattern.stored) ranges_of_tile(mask, pattern, tile, ranges);
  size_t range = 0;
  int32_t before = 0;  // blocks in the ranges passed
  for (int32_t part = 1; part < parts; ++part) {
    const auto block = static_cast<int32_t>(int64_t{cost} * part / parts);
    if (pattern.stored) {
      bounds.push_back(block);
      continue;
    }
    while (block - before >= ranges[range].end - ranges[range].begin) {
      before += ranges[range].end - ranges[range].begin;
      ++range;
    }
    bounds.push_back(ranges[range].begin + block - before);
  }
  bounds.push_back(INT32_MAX);
  return bounds;
}

}  // namespace sparsek::ops
