#include "pinned_pool.h"

#include <algorithm>
#include <utility>

#include "../driver/error.h"

namespace sparsek::cuda {

PinnedPool::Block::Block(std::shared_ptr<PinnedPool> pool, void* data, std::size_t size)
    : pool_(std::move(pool)), data_(data), size_(size) {}

PinnedPool::Block::~Block() {
  PinnedPool& pool = *pool_;
  pool.statistics_.used -= size_;
  pool.free_[size_].push_back(data_);
  if (pool.statistics_.held > pool.statistics_.limit) pool.trim(pool.statistics_.limit);
}

std::shared_ptr<PinnedPool> PinnedPool::create(std::shared_ptr<const driver::Api> api) {
  return std::shared_ptr<PinnedPool>(new PinnedPool(std::move(api)));
}

PinnedPool::~PinnedPool() { trim(0); }

std::unique_ptr<PinnedPool::Block> PinnedPool::allocate(std::size_t bytes) {
  const std::size_t size = sizeClass(bytes);
  void* data = nullptr;
  std::vector<void*>& kept = free_[size];
  if (!kept.empty()) {
    data = kept.back();
    kept.pop_back();
    statistics_.reuses += 1;
  } else {
    if (size <= statistics_.limit && statistics_.held + size > statistics_.limit) trim(statistics_.limit - size);
    const bool limited = size > statistics_.limit || statistics_.held + size > statistics_.limit;
    if (limited) throw OutOfDeviceMemory(bytes, 0, statistics_, true);
    // Portable: every device's context may copy from it.
    const auto take = [&] { return api_->cuMemHostAlloc(&data, size, driver::CU_MEMHOSTALLOC_PORTABLE); };
    driver::CUresult result = take();
    if (result == driver::CUDA_ERROR_OUT_OF_MEMORY && trim(0) > 0) result = take();
    if (result == driver::CUDA_ERROR_OUT_OF_MEMORY) throw OutOfDeviceMemory(bytes, 0, statistics_, false);
    driver::check(result, "cuMemHostAlloc");
    statistics_.held += size;
    statistics_.peakHeld = std::max(statistics_.peakHeld, statistics_.held);
  }
  statistics_.allocations += 1;
  statistics_.used += size;
  statistics_.peakUsed = std::max(statistics_.peakUsed, statistics_.used);
  return std::make_unique<Block>(shared_from_this(), data, size);
}

std::uint64_t PinnedPool::trim(std::uint64_t keep) {
  std::uint64_t given = 0;
  for (auto entry = free_.rbegin(); entry != free_.rend(); ++entry) {
    auto& [size, kept] = *entry;
    while (!kept.empty() && statistics_.held > keep) {
      api_->cuMemFreeHost(kept.back());
      kept.pop_back();
      statistics_.held -= size;
      given += size;
    }
  }
  return given;
}

void PinnedPool::setLimit(std::uint64_t bytes) {
  statistics_.limit = bytes;
  trim(bytes);
}

}  // namespace sparsek::cuda
