// The visible key blocks of one query tile, in ascending order, as the producer warp finds them: read from a stored
// pattern 32 at a time, or derived from the clauses of a regular one, so that a regular mask never becomes a table.
// Every function is called by a converged warp and gives all lanes the same answer.
#pragma once

#include <climits>

#include "../ptx/common.cuh"
#include "visible.h"

namespace sparsek::attention {

struct Block {
  int index;  // block column; INT_MAX: none left
  int fill;
};

__device__ __forceinline__ Clause load_clause(const Clause* clause) {
  const int4* words = reinterpret_cast<const int4*>(clause);
  const int4 low = __ldg(words), high = __ldg(words + 1);
  return {low.x, low.y, low.z, low.w, high.x, high.y, static_cast<Relation>(high.z), 0};
}

template <typename T>
__device__ __forceinline__ const T* table(const Params& p, int64_t offset) {
  return offset == kNone ? nullptr : reinterpret_cast<const T*>(p.tables + offset);
}

class BlockWalk {
 public:
  __device__ __forceinline__ BlockWalk(const Params& p, const Pattern& pattern, int tile) : params_(p), tile_(tile) {
    const int32_t* indptr = table<int32_t>(p, pattern.indptr);
    stored_ = indptr != nullptr;
    if (stored_) {
      indices_ = table<int32_t>(p, pattern.indices);
      fill_ = table<int32_t>(p, pattern.fill);
      position_ = __ldg(indptr + tile);
      end_ = __ldg(indptr + tile + 1);
      fetch();
    } else {
      position_ = 0;
      end_ = pattern.clause_count;
      clauses_ = table<Clause>(p, pattern.clauses);
      const int lane = ptx::lane_index();
      range_ = lane < end_ ? clause_blocks(p.geometry, load_clause(clauses_ + lane), tile) : BlockRange{0, 0, 0, 0};
    }
  }

  __device__ __forceinline__ Block next() { return stored_ ? next_stored() : next_regular(); }

 private:
  // Loads the entries from position_ on, one a lane.
  __device__ __forceinline__ void fetch() {
    lane_entry_ = 0;
    const int mine = position_ + ptx::lane_index();
    range_.begin = mine < end_ ? __ldg(indices_ + mine) : INT_MAX;
    range_.end = mine < end_ && fill_ != nullptr ? __ldg(fill_ + mine) : kFillFull;
  }

  __device__ __forceinline__ Block next_stored() {
    if (position_ >= end_) return {INT_MAX, kFillFull};
    if (lane_entry_ == 32) fetch();
    const Block block{__shfl_sync(0xffffffffu, range_.begin, lane_entry_),
                      __shfl_sync(0xffffffffu, range_.end, lane_entry_)};
    ++lane_entry_;
    ++position_;
    return block;
  }

  // The smallest block not below position_ that any clause shows.
  __device__ __forceinline__ Block next_regular() {
    int candidate = position_ < range_.end ? max(position_, range_.begin) : INT_MAX;
    for (int c = 32 + ptx::lane_index(); c < end_; c += 32) {
      const BlockRange r = clause_blocks(params_.geometry, load_clause(clauses_ + c), tile_);
      if (position_ < r.end) candidate = min(candidate, max(position_, r.begin));
    }
    const int index = __reduce_min_sync(0xffffffffu, candidate);
    if (index == INT_MAX) return {INT_MAX, kFillFull};
    bool full = index >= range_.full_begin && index < range_.full_end;
    for (int c = 32 + ptx::lane_index(); c < end_; c += 32) {
      const BlockRange r = clause_blocks(params_.geometry, load_clause(clauses_ + c), tile_);
      full |= index >= r.full_begin && index < r.full_end;
    }
    position_ = index + 1;
    return {index, __any_sync(0xffffffffu, full) ? kFillFull : kFillClauses};
  }

  const Params& params_;
  const int32_t* indices_ = nullptr;
  const int32_t* fill_ = nullptr;
  const Clause* clauses_ = nullptr;
  int tile_;
  bool stored_;
  int position_;     // stored: next entry; regular: next block column to consider
  int end_;          // stored: end of the row; regular: number of clauses
  int lane_entry_ = 0;
  BlockRange range_;  // regular: this lane's first clause; stored: begin and end hold this lane's entry and its fill
};

}  // namespace sparsek::attention
