// The visible steps of keys of one query tile, in ascending order, and the keys that a row sees in a partial step.
#pragma once

#include <climits>

#include "../ptx/common.cuh"
#include "element_mask.cuh"
#include "portable_params.h"
#include "visible.h"

namespace sparsek::attention {

struct KeyStep {
  int first;  // first key; INT_MAX: none left
  int fill;
};

// Every warp walks on its own, converged, and all find the same. `Rows`: queries of a tile; `Keys`: keys of a step.
template <int Rows, int Keys>
class StepWalk {
 public:
  __device__ __forceinline__ StepWalk(const PortableParams& p, const Pattern& pattern, int tile)
      : p_(p), pattern_(pattern), tile_(tile) {
    const int32_t* indptr = table<int32_t>(p, pattern.indptr);
    stored_ = indptr != nullptr;
    if (stored_) {
      const int row = tile * Rows / p.side;
      position_ = __ldg(indptr + row);
      end_ = __ldg(indptr + row + 1);
    } else {
      end_ = pattern.clause_count;
      if (ptx::lane_index() < end_) lane_ = steps_of(ptx::lane_index());
    }
  }

  __device__ __forceinline__ KeyStep next() { return stored_ ? next_stored() : next_regular(); }

 private:
  // A stored block holds several steps.
  __device__ __forceinline__ KeyStep next_stored() {
    while (position_ < end_) {
      const int32_t* fill = table<int32_t>(p_, pattern_.fill);
      const int first = __ldg(table<int32_t>(p_, pattern_.indices) + position_) * p_.side + part_ * Keys;
      const KeyStep step{first, fill != nullptr ? __ldg(fill + position_) : kFillFull};
      if (++part_ == p_.side / Keys) {
        part_ = 0;
        ++position_;
      }
      if (first < p_.geometry.key_length) return step;  // the last block may end early
    }
    return {INT_MAX, kFillFull};
  }

  // The smallest step not below position_ that any clause shows.
  __device__ __forceinline__ KeyStep next_regular() {
    int candidate = position_ < lane_.end ? max(position_, lane_.begin) : INT_MAX;
    for (int c = 32 + ptx::lane_index(); c < end_; c += 32) {
      const BlockRange r = steps_of(c);
      if (position_ < r.end) candidate = min(candidate, max(position_, r.begin));
    }
    const int index = __reduce_min_sync(0xffffffffu, candidate);
    if (index == INT_MAX) return {INT_MAX, kFillFull};
    bool full = index >= lane_.full_begin && index < lane_.full_end;
    for (int c = 32 + ptx::lane_index(); c < end_; c += 32) {
      const BlockRange r = steps_of(c);
      full |= index >= r.full_begin && index < r.full_end;
    }
    position_ = index + 1;
    return {index * Keys, __any_sync(0xffffffffu, full) ? kFillFull : kFillClauses};
  }

  __device__ __forceinline__ BlockRange steps_of(int clause) const {
    return clause_blocks<Rows, Keys>(p_.geometry,
                                     load_clause(table<Clause>(p_, pattern_.clauses) + clause), tile_);
  }

  const PortableParams& p_;
  const Pattern& pattern_;
  int tile_;
  bool stored_;
  int position_ = 0;  // stored: entry; regular: next step to consider
  int part_ = 0;      // stored: step inside the entry's block
  int end_;           // stored: end of the row's entries; regular: number of clauses
  BlockRange lane_{0, 0, 0, 0};
};

// Bit k of word w: the query sees key step.first + 32 w + k. `query` may lie past the last one.
template <int Words>
__device__ __forceinline__ void keep_words(uint32_t (&keep)[Words], const PortableParams& p, const Pattern& pattern,
                                           const KeyStep& step, int query) {
  if (step.fill >= kFillBitmap) {
    const uint32_t* row = table<uint32_t>(p, pattern.bitmaps) +
                          (static_cast<int64_t>(step.fill - kFillBitmap) * p.side + query % p.side) * (p.side / 32) +
                          step.first % p.side / 32;
#pragma unroll
    for (int w = 0; w < Words; ++w) keep[w] = __ldg(row + w);
  } else {
#pragma unroll
    for (int w = 0; w < Words; ++w) keep[w] = step.fill == kFillFull ? 0xffffffffu : 0u;
    const int clauses = step.fill == kFillFull ? 0 : pattern.clause_count;
    const int row = query + p.geometry.key_length - p.geometry.query_length;
    for (int c = 0; c < clauses; ++c) {
      const Interval keys =
          visible_keys(p.geometry, load_clause(table<Clause>(p, pattern.clauses) + c), row);
#pragma unroll
      for (int w = 0; w < Words; ++w)
        keep[w] |= bit_range(keys.begin - step.first - 32 * w, keys.end - step.first - 32 * w);
    }
  }
#pragma unroll
  for (int w = 0; w < Words; ++w) keep[w] &= bit_range(0, p.geometry.key_length - step.first - 32 * w);
}

}  // namespace sparsek::attention
