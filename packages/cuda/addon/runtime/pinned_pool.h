#pragma once
// Page-locked host memory, which the device copies to and from at full speed and without holding up the host.
// Locking pages takes milliseconds, so that freed pieces are kept and reused.

#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "../driver/api.h"
#include "device_pool.h"

namespace sparsek::cuda {

class PinnedPool : public std::enable_shared_from_this<PinnedPool> {
 public:
  /** One piece of memory; its destruction returns it to the pool. */
  class Block {
   public:
    Block(std::shared_ptr<PinnedPool> pool, void* data, std::size_t size);
    ~Block();
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    void* data() const { return data_; }

   private:
    std::shared_ptr<PinnedPool> pool_;
    void* data_;
    std::size_t size_;
  };

  static std::shared_ptr<PinnedPool> create(std::shared_ptr<const driver::Api> api);
  ~PinnedPool();

  /** At least `bytes`, not cleared. Throws OutOfDeviceMemory, with the device's figure left 0. */
  std::unique_ptr<Block> allocate(std::size_t bytes);
  std::uint64_t trim(std::uint64_t keep);
  void setLimit(std::uint64_t bytes);
  const PoolStatistics& statistics() const { return statistics_; }

 private:
  explicit PinnedPool(std::shared_ptr<const driver::Api> api) : api_(std::move(api)) {}

  std::shared_ptr<const driver::Api> api_;
  PoolStatistics statistics_;
  std::map<std::size_t, std::vector<void*>> free_;
};

}  // namespace sparsek::cuda
