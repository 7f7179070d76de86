// The visible key blocks of one query tile, in ascending order, as the producer warp finds them: read from a stored
// pattern 32 at a time, or derived from the clauses of a regular one, so that a regular mask never becomes a table.
// Every function is called by a converged warp and gives all lanes the same answer.
#pragma once

#include <climits>

#include "../ptx/common.cuh"
#include "pattern_tables.cuh"
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

// Where a walk begins: what the scheduler warp finds out ahead of the loader.
struct alignas(16) WalkStart {
  int32_t position;  // stored: first entry; regular: first block column
  int32_t end;       // stored: end of the entries; regular: number of clauses
  int32_t stored;
  int32_t stop;      // regular: end of the block columns
};

// The part of an item's blocks to walk: see Chunk.
struct BlockPart {
  int32_t begin, end;
};
constexpr BlockPart kAllBlocks{0, INT_MAX};

__device__ __forceinline__ BlockRange load_entry(const Params& p, const Pattern& pattern, int position, int end) {
  if (position >= end) return {INT_MAX, kFillFull, 0, 0};
  const int32_t* fill = table<int32_t>(p, pattern.fill);
  return {__ldg(table<int32_t>(p, pattern.indices) + position), fill != nullptr ? __ldg(fill + position) : kFillFull, 0,
          0};
}

// `share` is the lane's part. Regular: what the lane's first clause shows; stored: begin and end are an entry and its fill.
template <int Side>
__device__ __forceinline__ WalkStart start_walk(const Params& p, const Pattern& pattern, int tile, BlockPart part,
                                                BlockRange& share) {
  const int lane = ptx::lane_index();
  WalkStart start{};
  share = {0, 0, 0, 0};
  const int32_t* indptr = table<int32_t>(p, pattern.indptr);
  if (indptr != nullptr) {
    start.stored = 1;
    const int row = __ldg(indptr + tile), row_end = __ldg(indptr + tile + 1);
    start.position = row + part.begin;
    start.end = part.end < row_end - row ? row + part.end : row_end;
    share = load_entry(p, pattern, start.position + lane, start.end);
  } else {
    start.position = part.begin;
    start.stop = part.end;
    start.end = pattern.clause_count;
    if (lane < start.end)
      share = clause_blocks<Side>(p.geometry, load_clause(table<Clause>(p, pattern.clauses) + lane), tile);
  }
  return start;
}

// `Side`: queries of a tile and keys of a block.
template <int Side>
class BlockWalk {
 public:
  __device__ __forceinline__ BlockWalk(const Params& p, int pattern, int tile, const WalkStart& start,
                                       const BlockRange& share)
      : params_(&p),
        pattern_(pattern),
        tile_(tile),
        stored_(start.stored),
        position_(start.position),
        end_(start.end),
        stop_(start.stop),
        lane_(share) {
    fetch_ahead();
  }

  __device__ __forceinline__ Block next() { return stored_ ? next_stored() : next_regular(); }

 private:
  // The 32 entries after the current ones; a few steps later they are there.
  __device__ __forceinline__ void fetch_ahead() {
    if (stored_ && position_ + 32 < end_)
      ahead_ = load_entry(*params_, params_->masks.patterns[pattern_], position_ + 32 + ptx::lane_index(), end_);
  }

  __device__ __forceinline__ Block next_stored() {
    if (position_ >= end_) return {INT_MAX, kFillFull};
    if (entry_ == 32) {
      entry_ = 0;
      lane_ = ahead_;
      fetch_ahead();
    }
    const Block block{__shfl_sync(0xffffffffu, lane_.begin, entry_), __shfl_sync(0xffffffffu, lane_.end, entry_)};
    ++entry_;
    ++position_;
    return block;
  }

  // The smallest block not below position_ that any clause shows.
  __device__ __forceinline__ Block next_regular() {
    int candidate = position_ < lane_.end ? max(position_, lane_.begin) : INT_MAX;
    for (int c = 32 + ptx::lane_index(); c < end_; c += 32) {
      const BlockRange r = blocks_of(c);
      if (position_ < r.end) candidate = min(candidate, max(position_, r.begin));
    }
    const int index = __reduce_min_sync(0xffffffffu, candidate);
    if (index >= stop_) return {INT_MAX, kFillFull};
    bool full = index >= lane_.full_begin && index < lane_.full_end;
    for (int c = 32 + ptx::lane_index(); c < end_; c += 32) {
      const BlockRange r = blocks_of(c);
      full |= index >= r.full_begin && index < r.full_end;
    }
    position_ = index + 1;
    return {index, __any_sync(0xffffffffu, full) ? kFillFull : kFillClauses};
  }

  __device__ __forceinline__ BlockRange blocks_of(int clause) const {
    const Pattern& pattern = params_->masks.patterns[pattern_];
    return clause_blocks<Side>(params_->geometry, load_clause(table<Clause>(*params_, pattern.clauses) + clause), tile_);
  }

  const Params* params_;
  int pattern_, tile_, stored_;
  int position_;      // stored: next entry; regular: next block column to consider
  int end_;
  int stop_;          // regular: end of the block columns
  int entry_ = 0;     // stored: lane that holds the next entry
  BlockRange lane_;
  BlockRange ahead_{INT_MAX, kFillFull, 0, 0};
};

}  // namespace sparsek::attention
