#pragma once
// The part of a plan that kernels read: copied to the device once, when the plan is made.

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "objects.h"

namespace sparsek::binding {

class PlanTables {
 public:
  explicit PlanTables(std::shared_ptr<Device> device) : device_(std::move(device)) {}
  PlanTables(PlanTables&&) = default;
  ~PlanTables() {
    if (!device_) return;
    const cuda::CurrentContext current(*device_->context, std::nothrow);
    buffer_.reset();
  }

  /** Frees the host's copy. */
  void upload(std::vector<std::uint8_t>& tables, const StreamObject& stream) {
    onDevice(*device_, [&] {
      buffer_ = device_->context->allocate(tables.size(), stream.stream);
      if (tables.empty()) return;
      driver::check(
          device_->api().cuMemcpyHtoDAsync(buffer_.pointer(), tables.data(), tables.size(), stream.stream),
          "cuMemcpyHtoDAsync");
    });
    tables = {};
  }

  /** For work that is about to be given to the stream. */
  driver::CUdeviceptr address(const StreamObject& stream) {
    buffer_.useOn(stream.stream);
    return buffer_.pointer();
  }

 private:
  std::shared_ptr<Device> device_;
  cuda::DeviceBuffer buffer_;
};

}  // namespace sparsek::binding
