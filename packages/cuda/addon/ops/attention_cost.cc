// Visible blocks of every query tile, by the arithmetic that the kernel's producer warp uses.
#include <algorithm>

#include "../../../../kernels/cuda/attention/visible.h"
#include "attention_plan.h"

namespace sparsek::ops {

using namespace attention;

namespace {

// Blocks in the union of the clauses' ranges.
int32_t union_size(std::vector<BlockRange>& ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const BlockRange& a, const BlockRange& b) { return a.begin < b.begin; });
  int32_t count = 0;
  int reached = 0;
  for (const BlockRange& range : ranges) {
    const int begin = std::max(range.begin, reached);
    if (begin >= range.end) continue;
    count += range.end - begin;
    reached = range.end;
  }
  return count;
}

}  // namespace

std::vector<int32_t> blocks_per_tile(const AttentionMaskView& mask, const MaskPatternView& pattern) {
  const int tiles = static_cast<int>((mask.query_length + mask.side - 1) / mask.side);
  std::vector<int32_t> counts(tiles);
  const Geometry geometry{static_cast<int32_t>(mask.query_length), static_cast<int32_t>(mask.key_length),
                          mask.document_start, mask.document_end};
  std::vector<BlockRange> ranges;
  for (int tile = 0; tile < tiles; ++tile) {
    if (pattern.stored) {
      counts[tile] = pattern.indptr[tile + 1] - pattern.indptr[tile];
      continue;
    }
    ranges.clear();
    for (const Clause& clause : pattern.clauses)
      ranges.push_back(mask.side == 64 ? clause_blocks<64>(geometry, clause, tile)
                                       : clause_blocks<128>(geometry, clause, tile));
    counts[tile] = union_size(ranges);
  }
  return counts;
}

}  // namespace sparsek::ops
