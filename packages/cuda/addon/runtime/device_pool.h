#pragma once
// Device memory that is kept and reused, since cuMemFree waits for the whole device.
//
// Sizes are rounded up to classes (at most a seventh more), so that a freed block fits the next request of about that
// size. A freed block is reused at once by the stream that it was freed on, in stream order; by another stream only
// when the freeing stream has run dry, or, before giving up, by letting the other stream wait for it.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <unordered_map>
#include <vector>

#include "../driver/api.h"

namespace sparsek::cuda {

class DevicePool;

/** A share in a piece of pool memory; the last one to go returns the piece to the pool. Keeps the pool alive. */
class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  DeviceBuffer(DeviceBuffer&& other) noexcept;
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept;
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;
  ~DeviceBuffer() { reset(); }

  /** 0 for an empty buffer. */
  driver::CUdeviceptr pointer() const { return pointer_; }
  /** As asked for. */
  std::size_t bytes() const { return bytes_; }
  explicit operator bool() const { return pointer_ != 0; }
  void reset() noexcept;
  /** Another share in the same memory. */
  DeviceBuffer share() const;
  /** From now on work on `stream` uses the memory: it is reused only after that. */
  void useOn(driver::CUstream stream);

 private:
  friend class DevicePool;
  DeviceBuffer(std::shared_ptr<DevicePool> pool, driver::CUdeviceptr pointer, std::size_t bytes);

  std::shared_ptr<DevicePool> pool_;
  driver::CUdeviceptr pointer_ = 0;
  std::size_t bytes_ = 0;
};

/** Sizes in bytes. */
struct PoolStatistics {
  /** In buffers that are in use, rounded up to their classes. */
  std::uint64_t used = 0;
  /** Taken from the driver: used, and freed but kept. */
  std::uint64_t held = 0;
  std::uint64_t peakUsed = 0;
  std::uint64_t peakHeld = 0;
  /** Most that may be held. */
  std::uint64_t limit = UINT64_MAX;
  std::uint64_t allocations = 0;
  /** Allocations that were served without the driver. */
  std::uint64_t reuses = 0;
};

/** The pool's limit or the device's memory does not suffice, even after giving kept memory back. */
class OutOfDeviceMemory : public std::runtime_error {
 public:
  OutOfDeviceMemory(std::uint64_t requested, std::uint64_t free, const PoolStatistics& pool, bool limited);
  std::uint64_t requested;
  std::uint64_t free;
  PoolStatistics pool;
  /** The pool's limit stopped it, not the device. */
  bool limited;
};

class DevicePool : public std::enable_shared_from_this<DevicePool> {
 public:
  /** The context must be current whenever the pool or a buffer of it is used or destroyed. */
  static std::shared_ptr<DevicePool> create(std::shared_ptr<const driver::Api> api);
  ~DevicePool();
  DevicePool(const DevicePool&) = delete;
  DevicePool& operator=(const DevicePool&) = delete;

  /** Zero bytes give an empty buffer. Throws OutOfDeviceMemory. */
  DeviceBuffer allocate(std::size_t bytes, driver::CUstream stream);
  /** Gives kept memory back to the driver until at most `keep` bytes are held; returns the bytes given back. */
  std::uint64_t trim(std::uint64_t keep);
  /** Most bytes that the pool may hold from now on; what is in use already stays. */
  void setLimit(std::uint64_t bytes);
  const PoolStatistics& statistics() const { return statistics_; }

  /** To be called before a stream is destroyed. Does not wait. */
  void forgetStream(driver::CUstream stream) noexcept;
  /** From here to endCapture, every allocation is also held by the returned list: a graph replays its addresses. */
  void beginCapture();
  std::vector<DeviceBuffer> endCapture();
  /** Adds memory that captured work uses to the list. */
  void keepForCapture(const DeviceBuffer& buffer);
  bool isCapturing() const { return capturing_; }
  /** After the context was lost: nothing goes back to the driver any more, the context's end frees it all. */
  void abandon() noexcept { abandoned_ = true; }

 private:
  friend class DeviceBuffer;
  /** A stream, or what is left of it: an event that it passes when the work it held at its end is done. */
  struct Timeline {
    driver::CUstream stream = nullptr;
    bool ended = false;
    std::shared_ptr<driver::CUevent_st> end;
  };
  struct LiveBlock {
    std::size_t size = 0;
    std::size_t shares = 0;
    std::shared_ptr<Timeline> timeline;
  };
  struct FreeBlock {
    driver::CUdeviceptr pointer = 0;
    std::shared_ptr<Timeline> timeline;
  };

  explicit DevicePool(std::shared_ptr<const driver::Api> api) : api_(std::move(api)) {}
  void release(driver::CUdeviceptr pointer) noexcept;
  std::shared_ptr<Timeline> timelineOf(driver::CUstream stream);
  bool isIdle(const Timeline& timeline) const;
  // Each of these gives the size of the block that it found, or 0.
  template <typename Accept>
  std::size_t takeFree(std::size_t size, driver::CUdeviceptr& pointer, Accept accept);
  std::size_t takeSameStream(std::size_t size, const Timeline* timeline, driver::CUdeviceptr& pointer);
  std::size_t takeIdle(std::size_t size, driver::CUdeviceptr& pointer);
  std::size_t takeByWaiting(std::size_t size, driver::CUstream stream, driver::CUdeviceptr& pointer);
  bool askDriver(std::size_t size, driver::CUdeviceptr& pointer);
  /** Empties the pool first, which waits for the device: the last resort. */
  bool giveBackAndAsk(std::size_t size, driver::CUdeviceptr& pointer);
  void freeToDriver(driver::CUdeviceptr pointer, std::size_t size) noexcept;

  std::shared_ptr<const driver::Api> api_;
  PoolStatistics statistics_;
  std::unordered_map<driver::CUdeviceptr, LiveBlock> live_;
  /** By size class; the most recently freed block last. */
  std::map<std::size_t, std::vector<FreeBlock>> free_;
  std::unordered_map<driver::CUstream, std::shared_ptr<Timeline>> timelines_;
  std::vector<DeviceBuffer> captured_;
  bool capturing_ = false;
  bool abandoned_ = false;
};

/** The size class of a request, in bytes: at least 512, three significant bits below 32 MiB, multiples of 2 MiB above. */
std::size_t sizeClass(std::size_t bytes);

}  // namespace sparsek::cuda
