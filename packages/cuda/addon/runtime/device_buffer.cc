#include <utility>

#include "device_pool.h"

namespace sparsek::cuda {

DeviceBuffer::DeviceBuffer(std::shared_ptr<DevicePool> pool, driver::CUdeviceptr pointer, std::size_t bytes)
    : pool_(std::move(pool)), pointer_(pointer), bytes_(bytes) {}

DeviceBuffer::DeviceBuffer(DeviceBuffer&& other) noexcept
    : pool_(std::move(other.pool_)),
      pointer_(std::exchange(other.pointer_, 0)),
      bytes_(std::exchange(other.bytes_, 0)) {}

DeviceBuffer& DeviceBuffer::operator=(DeviceBuffer&& other) noexcept {
  if (this != &other) {
    reset();
    pool_ = std::move(other.pool_);
    pointer_ = std::exchange(other.pointer_, 0);
    bytes_ = std::exchange(other.bytes_, 0);
  }
  return *this;
}

void DeviceBuffer::reset() noexcept {
  if (pointer_ != 0) pool_->release(pointer_);
  pointer_ = 0;
  bytes_ = 0;
  pool_.reset();
}

DeviceBuffer DeviceBuffer::share() const {
  if (pointer_ == 0) return {};
  pool_->live_.at(pointer_).shares += 1;
  return DeviceBuffer(pool_, pointer_, bytes_);
}

void DeviceBuffer::useOn(driver::CUstream stream) {
  if (pointer_ == 0) return;
  DevicePool::LiveBlock& block = pool_->live_.at(pointer_);
  if (block.timeline->stream != stream) block.timeline = pool_->timelineOf(stream);
  if (pool_->isCapturing()) pool_->keepForCapture(*this);
}

}  // namespace sparsek::cuda
