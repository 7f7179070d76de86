#pragma once
// Device memory that is kept and reused, since cuMemFree waits for the whole device.
//
// Sizes are rounded up to classes (at most an eighth more), so that a freed block fits the next request of about
// that size. A freed block is reused at once on the stream it was freed on, and on another stream after the freeing
// stream has passed that point.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "../driver/api.h"

namespace sparsek::cuda {

class DevicePool;

/** A piece of pool memory that returns to its pool when destroyed. Keeps the pool alive. */
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
  /** From now on the buffer is used by work on `stream`, and is reused only after that. */
  void useOn(driver::CUstream stream) { stream_ = stream; }

 private:
  friend class DevicePool;
  DeviceBuffer(std::shared_ptr<DevicePool> pool, driver::CUdeviceptr pointer, std::size_t bytes,
               driver::CUstream stream);

  std::shared_ptr<DevicePool> pool_;
  driver::CUdeviceptr pointer_ = 0;
  std::size_t bytes_ = 0;
  driver::CUstream stream_ = nullptr;
};

/** Sizes in bytes. */
struct PoolStatistics {
  /** In buffers that are in use, rounded up to their classes. */
  std::uint64_t used = 0;
  /** Taken from the driver: used, and freed but kept. */
  std::uint64_t held = 0;
  std::uint64_t peakUsed = 0;
  std::uint64_t peakHeld = 0;
  std::uint64_t limit = 0;
  std::uint64_t allocations = 0;
  /** Allocations that were served without the driver. */
  std::uint64_t reuses = 0;
};

/** The pool's limit or the device's memory does not suffice, even after giving kept memory back. */
class OutOfDeviceMemory : public std::runtime_error {
 public:
  OutOfDeviceMemory(std::uint64_t requested, std::uint64_t free, std::uint64_t held, std::uint64_t limit);
  std::uint64_t requested;
  std::uint64_t free;
  std::uint64_t held;
  /** 0 when the device itself ran out. */
  std::uint64_t limit;
};

class DevicePool : public std::enable_shared_from_this<DevicePool> {
 public:
  static std::shared_ptr<DevicePool> create(std::shared_ptr<const driver::Api> api, driver::CUcontext context);
  ~DevicePool();
  DevicePool(const DevicePool&) = delete;
  DevicePool& operator=(const DevicePool&) = delete;

  /** Zero bytes give an empty buffer. Throws OutOfDeviceMemory. */
  DeviceBuffer allocate(std::size_t bytes, driver::CUstream stream);
  /** Gives kept memory back to the driver until at most `keep` bytes are held; returns the bytes given back. */
  std::uint64_t trim(std::uint64_t keep);
  /** Most bytes that the pool may hold. */
  void setLimit(std::uint64_t bytes) { statistics_.limit = bytes; }
  const PoolStatistics& statistics() const { return statistics_; }
  /** Before a stream is destroyed: its freed blocks become usable by every stream. Waits for the stream. */
  void forgetStream(driver::CUstream stream);
  /** After the context was lost or released: buffers no longer go back to the driver. */
  void abandon() { abandoned_ = true; }

 private:
  friend class DeviceBuffer;
  struct FreeBlock {
    driver::CUdeviceptr pointer = 0;
    driver::CUstream stream = nullptr;
    /** Recorded when the block was freed; null when no stream can still use it. */
    driver::CUevent event = nullptr;
  };

  DevicePool(std::shared_ptr<const driver::Api> api, driver::CUcontext context);
  void release(driver::CUdeviceptr pointer, std::size_t bytes, driver::CUstream stream) noexcept;
  bool takeFree(std::size_t size, driver::CUstream stream, driver::CUdeviceptr& pointer);
  bool allocateFromDriver(std::size_t size, driver::CUdeviceptr& pointer);
  driver::CUevent takeEvent();

  std::shared_ptr<const driver::Api> api_;
  driver::CUcontext context_;
  PoolStatistics statistics_;
  /** By size class. */
  std::map<std::size_t, std::vector<FreeBlock>> free_;
  std::vector<driver::CUevent> idleEvents_;
  bool abandoned_ = false;
};

/** The size class of a request: a multiple of 512 bytes with at most four significant bits; above 32 MiB of 2 MiB. */
std::size_t sizeClass(std::size_t bytes);

}  // namespace sparsek::cuda
