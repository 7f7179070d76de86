#pragma once
// Named ranges in a profiler's timeline. Without a profiler each costs a comparison with null.

#include <optional>

#include "protocol.h"

namespace sparsek::nvtx {

/** A scope of this thread, inside the ranges that the thread has open. Without a name it is nothing. */
class Range {
 public:
  explicit Range(const char* name) noexcept;
  ~Range() {
    if (pop_ != nullptr) pop_();
  }
  Range(const Range&) = delete;
  Range& operator=(const Range&) = delete;

 private:
  /** Set where the profiler was told of the beginning. */
  RangePop pop_ = nullptr;
};

/** Begins a range of the process, which may overlap others and end on any thread; none without a profiler. */
std::optional<RangeId> startRange(const char* name) noexcept;
void endRange(RangeId id) noexcept;

}  // namespace sparsek::nvtx
