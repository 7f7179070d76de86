#include "device_pool.h"

#include <algorithm>
#include <string>
#include <utility>

#include "../driver/error.h"

namespace sparsek::cuda {
namespace {

using driver::check;
using driver::CUdeviceptr;
using driver::CUstream;

/** The driver's own alignment of allocations. */
constexpr std::size_t kSmallest = 512;
/** The driver maps large allocations in pages of 2 MiB. */
constexpr std::size_t kPage = std::size_t{2} << 20;
constexpr std::size_t kLarge = std::size_t{32} << 20;
/** A kept block may exceed a large request by an eighth before it is too good for it. */
constexpr std::size_t kLargeSlack = 8;

std::string describe(std::uint64_t requested, std::uint64_t free, const PoolStatistics& pool, bool limited) {
  std::string text = "requested " + std::to_string(requested) + " bytes; " + std::to_string(free) +
                     " bytes are free on the device; the pool holds " + std::to_string(pool.held) + " bytes";
  if (limited) text += " of at most " + std::to_string(pool.limit);
  return text;
}

}  // namespace

std::size_t sizeClass(std::size_t bytes) {
  if (bytes <= kSmallest) return kSmallest;
  std::size_t step = kPage;
  if (bytes < kLarge) {
    std::size_t top = kSmallest;
    while (top * 2 <= bytes) top *= 2;
    step = std::max(kSmallest, top / 8);
  }
  return (bytes + step - 1) / step * step;
}

OutOfDeviceMemory::OutOfDeviceMemory(std::uint64_t requested_, std::uint64_t free_, const PoolStatistics& pool_,
                                     bool limited_)
    : std::runtime_error(describe(requested_, free_, pool_, limited_)),
      requested(requested_),
      free(free_),
      pool(pool_),
      limited(limited_) {}

std::shared_ptr<DevicePool> DevicePool::create(std::shared_ptr<const driver::Api> api) {
  return std::shared_ptr<DevicePool>(new DevicePool(std::move(api)));
}

DevicePool::~DevicePool() {
  captured_.clear();
  trim(0);
}

DeviceBuffer DevicePool::allocate(std::size_t bytes, CUstream stream) {
  if (bytes == 0) return {};
  const std::size_t size = sizeClass(bytes);
  const std::shared_ptr<Timeline> timeline = timelineOf(stream);
  CUdeviceptr pointer = 0;
  std::size_t taken = takeSameStream(size, timeline.get(), pointer);
  if (taken == 0) taken = takeIdle(size, pointer);
  if (taken == 0 && !askDriver(size, pointer)) taken = takeByWaiting(size, stream, pointer);
  if (taken != 0) {
    statistics_.reuses += 1;
  } else if (pointer != 0 || giveBackAndAsk(size, pointer)) {
    taken = size;
  }
  if (taken == 0) {
    std::size_t free = 0;
    std::size_t total = 0;
    api_->cuMemGetInfo(&free, &total);
    const bool limited = statistics_.held + size > statistics_.limit;
    throw OutOfDeviceMemory(bytes, free, statistics_, limited);
  }
  live_[pointer] = LiveBlock{taken, 1, timeline};
  statistics_.allocations += 1;
  statistics_.used += taken;
  statistics_.peakUsed = std::max(statistics_.peakUsed, statistics_.used);
  DeviceBuffer buffer(shared_from_this(), pointer, bytes);
  if (capturing_) keepForCapture(buffer);
  return buffer;
}

void DevicePool::release(CUdeviceptr pointer) noexcept {
  const auto found = live_.find(pointer);
  LiveBlock& block = found->second;
  block.shares -= 1;
  if (block.shares > 0) return;
  statistics_.used -= block.size;
  free_[block.size].push_back(FreeBlock{pointer, std::move(block.timeline)});
  const std::size_t size = block.size;
  live_.erase(found);
  // Over a lowered limit: do not keep what was freed.
  if (statistics_.held > statistics_.limit && !capturing_) {
    free_[size].pop_back();
    freeToDriver(pointer, size);
  }
}

std::uint64_t DevicePool::trim(std::uint64_t keep) {
  std::uint64_t given = 0;
  // The largest first: fewest calls of the driver, each of which waits for the device.
  for (auto entry = free_.rbegin(); entry != free_.rend(); ++entry) {
    auto& [size, blocks] = *entry;
    while (!blocks.empty() && statistics_.held > keep) {
      freeToDriver(blocks.front().pointer, size);
      blocks.erase(blocks.begin());
      given += size;
    }
  }
  return given;
}

void DevicePool::setLimit(std::uint64_t bytes) {
  statistics_.limit = bytes;
  trim(bytes);
}

void DevicePool::forgetStream(CUstream stream) noexcept {
  const auto found = timelines_.find(stream);
  if (found == timelines_.end()) return;
  const std::shared_ptr<Timeline> timeline = found->second;
  timelines_.erase(found);
  timeline->stream = nullptr;
  timeline->ended = true;
  // Blocks of the stream may be in use by its last work: an event stands for the stream once that is destroyed.
  if (timeline.use_count() == 1 || abandoned_) return;
  driver::CUevent event = nullptr;
  if (api_->cuEventCreate(&event, driver::CU_EVENT_DISABLE_TIMING) != driver::CUDA_SUCCESS) return;
  timeline->end = std::shared_ptr<driver::CUevent_st>(
      event, [api = api_](driver::CUevent handle) { api->cuEventDestroy(handle); });
  api_->cuEventRecord(event, stream);
}

void DevicePool::beginCapture() {
  if (capturing_) throw std::logic_error("a capture is already under way on this device");
  capturing_ = true;
}

std::vector<DeviceBuffer> DevicePool::endCapture() {
  capturing_ = false;
  return std::exchange(captured_, {});
}

void DevicePool::keepForCapture(const DeviceBuffer& buffer) {
  const auto same = [&](const DeviceBuffer& kept) { return kept.pointer() == buffer.pointer(); };
  if (std::none_of(captured_.begin(), captured_.end(), same)) captured_.push_back(buffer.share());
}

std::shared_ptr<DevicePool::Timeline> DevicePool::timelineOf(CUstream stream) {
  std::shared_ptr<Timeline>& timeline = timelines_[stream];
  if (!timeline) {
    timeline = std::make_shared<Timeline>();
    timeline->stream = stream;
  }
  return timeline;
}

bool DevicePool::isIdle(const Timeline& timeline) const {
  if (!timeline.ended) return api_->cuStreamQuery(timeline.stream) == driver::CUDA_SUCCESS;
  return timeline.end != nullptr && api_->cuEventQuery(timeline.end.get()) == driver::CUDA_SUCCESS;
}

template <typename Accept>
std::size_t DevicePool::takeFree(std::size_t size, CUdeviceptr& pointer, Accept accept) {
  const std::size_t largest = size < kLarge ? size : size + size / kLargeSlack;
  for (auto entry = free_.lower_bound(size); entry != free_.end() && entry->first <= largest; ++entry) {
    std::vector<FreeBlock>& blocks = entry->second;
    for (std::size_t i = blocks.size(); i-- > 0;) {
      if (!accept(*blocks[i].timeline)) continue;
      pointer = blocks[i].pointer;
      blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(i));
      return entry->first;
    }
  }
  return 0;
}

std::size_t DevicePool::takeSameStream(std::size_t size, const Timeline* timeline, CUdeviceptr& pointer) {
  return takeFree(size, pointer, [&](const Timeline& other) { return &other == timeline; });
}

std::size_t DevicePool::takeIdle(std::size_t size, CUdeviceptr& pointer) {
  // Asking a capturing stream whether it is idle would invalidate its capture.
  if (capturing_) return 0;
  const Timeline* busy = nullptr;
  return takeFree(size, pointer, [&](const Timeline& other) {
    if (&other == busy) return false;
    const bool idle = isIdle(other);
    if (!idle) busy = &other;
    return idle;
  });
}

std::size_t DevicePool::takeByWaiting(std::size_t size, CUstream stream, CUdeviceptr& pointer) {
  if (capturing_) return 0;
  driver::CUevent event = nullptr;
  const std::size_t taken = takeFree(size, pointer, [&](const Timeline& other) {
    if (other.ended) {
      return other.end != nullptr && api_->cuStreamWaitEvent(stream, other.end.get(), 0) == driver::CUDA_SUCCESS;
    }
    if (event == nullptr &&
        api_->cuEventCreate(&event, driver::CU_EVENT_DISABLE_TIMING) != driver::CUDA_SUCCESS) {
      return false;
    }
    return api_->cuEventRecord(event, other.stream) == driver::CUDA_SUCCESS &&
           api_->cuStreamWaitEvent(stream, event, 0) == driver::CUDA_SUCCESS;
  });
  if (event != nullptr) api_->cuEventDestroy(event);
  return taken;
}

bool DevicePool::askDriver(std::size_t size, CUdeviceptr& pointer) {
  if (size > statistics_.limit || statistics_.held > statistics_.limit - size) return false;
  const driver::CUresult result = api_->cuMemAlloc(&pointer, size);
  if (result == driver::CUDA_ERROR_OUT_OF_MEMORY) {
    pointer = 0;
    return false;
  }
  check(result, "cuMemAlloc");
  statistics_.held += size;
  statistics_.peakHeld = std::max(statistics_.peakHeld, statistics_.held);
  return true;
}

bool DevicePool::giveBackAndAsk(std::size_t size, CUdeviceptr& pointer) {
  if (size > statistics_.limit || trim(0) == 0) return false;
  return askDriver(size, pointer);
}

void DevicePool::freeToDriver(CUdeviceptr pointer, std::size_t size) noexcept {
  statistics_.held -= size;
  // The driver waits for work that may still use the memory.
  if (!abandoned_) api_->cuMemFree(pointer);
}

}  // namespace sparsek::cuda
