#pragma once
// The counter by which the thread blocks of a launch draw their work: 0 before a launch and after it. Launches on one
// stream follow each other and share one; launches that may run at the same time - on other streams, or replayed from a
// graph - each have their own.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "objects.h"

namespace sparsek::binding {

class LaunchCounters {
 public:
  explicit LaunchCounters(std::shared_ptr<Device> device) : device_(std::move(device)) {}
  LaunchCounters(LaunchCounters&&) = default;
  ~LaunchCounters() {
    if (!device_) return;
    const cuda::CurrentContext current(*device_->context, std::nothrow);
    counters_.clear();
  }

  /** For a launch that is about to be given to the stream. The context is current. */
  driver::CUdeviceptr address(const std::shared_ptr<StreamObject>& stream) {
    // A graph keeps what is allocated during its capture.
    if (device_->context->pool().isCapturing()) return zeroedBesideCapture().pointer();
    counters_.erase(std::remove_if(counters_.begin(), counters_.end(),
                                   [](const Counter& counter) { return counter.stream.expired(); }),
                    counters_.end());
    for (const Counter& counter : counters_) {
      if (counter.stream.lock() == stream) return counter.buffer.pointer();
    }
    counters_.push_back({stream, zeroed(*stream)});
    return counters_.back().buffer.pointer();
  }

 private:
  struct Counter {
    std::weak_ptr<StreamObject> stream;
    cuda::DeviceBuffer buffer;
  };

  cuda::DeviceBuffer zeroed(const StreamObject& stream) const {
    cuda::DeviceBuffer buffer = device_->context->allocate(sizeof(std::uint32_t), stream.stream);
    driver::check(device_->api().cuMemsetD32Async(buffer.pointer(), 0, 1, stream.stream), "cuMemsetD32Async");
    return buffer;
  }

  // Once and for all, on a stream that is not captured: a fill that every replay repeats would stand between two kernels
  // that could otherwise overlap. Memory of a new stream is in nobody's use.
  cuda::DeviceBuffer zeroedBesideCapture() const {
    const StreamObject beside(device_, 0);
    cuda::DeviceBuffer buffer = zeroed(beside);
    driver::check(device_->api().cuStreamSynchronize(beside.stream), "cuStreamSynchronize");
    return buffer;
  }

  std::shared_ptr<Device> device_;
  std::vector<Counter> counters_;
};

}  // namespace sparsek::binding
