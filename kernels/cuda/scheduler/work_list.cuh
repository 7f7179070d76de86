// Walks the list of work items that the plan gave to this CTA or cluster, one item ahead, so that the latency of the load
// lies under the tile in between. Called by whole warps.
#pragma once

#include "../include/work_item.h"
#include "../ptx/common.cuh"

namespace sparsek::scheduler {

// Word `lane` of an item, one a lane: the item ahead takes a single register, and nothing waits for it before its turn
// (words known to be uniform would be moved to uniform registers as soon as they are asked for).
__device__ __forceinline__ int load_item_word(const WorkItem* items, int index, int end) {
  const int lane = ptx::lane_index();
  constexpr int kWords = sizeof(WorkItem) / sizeof(int32_t);
  if (index < end && lane < kWords) return __ldg(reinterpret_cast<const int32_t*>(items + index) + lane);
  return lane == 0 || lane == 1 || lane == 6 ? -1 : 0;  // no rows, no entries, no partial
}

__device__ __forceinline__ WorkItem gather_item(int word) {
  WorkItem item;
  item.slot_row[0] = __shfl_sync(~0u, word, 0);
  item.slot_row[1] = __shfl_sync(~0u, word, 1);
  item.panel = __shfl_sync(~0u, word, 2);
  item.batch = __shfl_sync(~0u, word, 3);
  item.first = __shfl_sync(~0u, word, 4);
  item.last = __shfl_sync(~0u, word, 5);
  item.partial = __shfl_sync(~0u, word, 6);
  item.reserved = 0;
  return item;
}

class WorkList {
 public:
  __device__ __forceinline__ WorkList(const WorkItem* items, const int32_t* item_first, int owner)
      : items_(items), index_(__ldg(item_first + owner)), end_(__ldg(item_first + owner + 1)) {
    current_ = load_item_word(items_, index_, end_);
    next_ = load_item_word(items_, index_ + 1, end_);
  }

  __device__ __forceinline__ bool done() const { return index_ >= end_; }
  // Without rows, entries or partial once the list is done.
  __device__ __forceinline__ WorkItem current() const { return gather_item(current_); }
  __device__ __forceinline__ int current_entries() const {
    return __shfl_sync(~0u, current_, 5) - __shfl_sync(~0u, current_, 4);
  }
  __device__ __forceinline__ WorkItem next() const { return gather_item(next_); }

  __device__ __forceinline__ void advance() {
    ++index_;
    current_ = next_;
    next_ = load_item_word(items_, index_ + 1, end_);
  }

 private:
  const WorkItem* items_;
  int index_, end_;
  int current_, next_;
};

}  // namespace sparsek::scheduler
