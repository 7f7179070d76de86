// The visible key blocks of one query tile, in ascending order, as the producer warp finds them: read from a stored
// pattern 32 at a time, or derived from the clauses of a regular one, so that a regular mask never becomes a table.
// Every function is called by a converged warp and gives all lanes the same answer.
#pragma once

#include <climits>

#include "../ptx/common.cuh"
#include "intervals.cuh"

namespace sparsek::attention {

constexpr int kBlockKeys = 128;  // keys of a mask block

struct Block {
  int index;  // block column; INT_MAX: none left
  int fill;
};

// Block columns that one clause makes visible in a tile, and those among them that it makes visible in full.
struct BlockRange {
  int begin, end;
  int full_begin, full_end;
};

__device__ __forceinline__ BlockRange clause_blocks(const Params& p, const Clause& clause, int tile) {
  const int offset = p.key_length - p.query_length;
  const int tile_first = tile * kTileRows + offset;
  const int tile_last = min(tile * kTileRows + kTileRows, p.query_length) - 1 + offset;
  int first = max(tile_first, clause.row_begin);
  const int last = min(tile_last, clause.row_end - 1);
  if (clause.relation != Relation::kAny) first = max(first, 0);  // positions before the keys are in no document
  if (first > last) return {0, 0, 0, 0};
  const Interval low = visible_keys(p, clause, first), high = visible_keys(p, clause, last);
  if (low.begin >= high.end) return {0, 0, 0, 0};
  BlockRange range{low.begin / kBlockKeys, (high.end + kBlockKeys - 1) / kBlockKeys, 0, 0};
  if (first == tile_first && last == tile_last && high.begin < low.end) {
    range.full_begin = (high.begin + kBlockKeys - 1) / kBlockKeys;
    // The ragged last block is full when all keys that exist are visible.
    range.full_end = (low.end == p.key_length ? low.end + kBlockKeys - 1 : low.end) / kBlockKeys;
  }
  return range;
}

class BlockWalk {
 public:
  __device__ __forceinline__ BlockWalk(const Params& p, const Pattern* pattern, int tile)
      : params_(p), pattern_(pattern), tile_(tile) {
    const int32_t* indptr = pattern->indptr;
    stored_ = indptr != nullptr;
    if (stored_) {
      position_ = __ldg(indptr + tile);
      end_ = __ldg(indptr + tile + 1);
      fetch();
    } else {
      position_ = 0;
      end_ = pattern->clause_count;
      const int lane = ptx::lane_index();
      range_ = lane < end_ ? clause_blocks(p, load_clause(pattern->clauses + lane), tile) : BlockRange{0, 0, 0, 0};
    }
  }

  __device__ __forceinline__ Block next() { return stored_ ? next_stored() : next_regular(); }

 private:
  // Loads the entries from position_ on, one a lane.
  __device__ __forceinline__ void fetch() {
    lane_entry_ = 0;
    const int mine = position_ + ptx::lane_index();
    range_.begin = mine < end_ ? __ldg(pattern_->indices + mine) : INT_MAX;
    range_.end = mine < end_ && pattern_->fill != nullptr ? __ldg(pattern_->fill + mine) : kFillFull;
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
      const BlockRange r = clause_blocks(params_, load_clause(pattern_->clauses + c), tile_);
      if (position_ < r.end) candidate = min(candidate, max(position_, r.begin));
    }
    const int index = __reduce_min_sync(0xffffffffu, candidate);
    if (index == INT_MAX) return {INT_MAX, kFillFull};
    bool full = index >= range_.full_begin && index < range_.full_end;
    for (int c = 32 + ptx::lane_index(); c < end_; c += 32) {
      const BlockRange r = clause_blocks(params_, load_clause(pattern_->clauses + c), tile_);
      full |= index >= r.full_begin && index < r.full_end;
    }
    position_ = index + 1;
    return {index, __any_sync(0xffffffffu, full) ? kFillFull : kFillClauses};
  }

  const Params& params_;
  const Pattern* pattern_;
  int tile_;
  bool stored_;
  int position_;     // stored: next entry; regular: next block column to consider
  int end_;          // stored: end of the row; regular: number of clauses
  int lane_entry_ = 0;
  BlockRange range_;  // regular: this lane's first clause; stored: begin and end hold this lane's entry and its fill
};

}  // namespace sparsek::attention
