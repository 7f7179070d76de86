// Walks the list of work items that the plan gave to this CTA or cluster, one item ahead, so that the latency of the load
// lies under the tile in between.
#pragma once

#include "../include/work_item.h"

namespace sparsek::scheduler {

__device__ __forceinline__ WorkItem load_item(const WorkItem* items, int index, int end) {
  WorkItem item;
  if (index < end) {
    const int4* words = reinterpret_cast<const int4*>(items + index);
    const int4 low = __ldg(words), high = __ldg(words + 1);
    item.slot_row[0] = low.x;
    item.slot_row[1] = low.y;
    item.panel = low.z;
    item.batch = low.w;
    item.first = high.x;
    item.last = high.y;
    item.partial = high.z;
    item.reserved = high.w;
  } else {
    item = WorkItem{{-1, -1}, 0, 0, 0, 0, -1, 0};
  }
  return item;
}

class WorkList {
 public:
  __device__ __forceinline__ WorkList(const WorkItem* items, const int32_t* item_first, int owner)
      : items_(items), index_(__ldg(item_first + owner)), end_(__ldg(item_first + owner + 1)) {
    current_ = load_item(items_, index_, end_);
    next_ = load_item(items_, index_ + 1, end_);
  }

  __device__ __forceinline__ bool done() const { return index_ >= end_; }
  __device__ __forceinline__ const WorkItem& current() const { return current_; }
  __device__ __forceinline__ const WorkItem& next() const { return next_; }

  __device__ __forceinline__ void advance() {
    ++index_;
    current_ = next_;
    next_ = load_item(items_, index_ + 1, end_);
  }

 private:
  const WorkItem* items_;
  int index_, end_;
  WorkItem current_, next_;
};

}  // namespace sparsek::scheduler
