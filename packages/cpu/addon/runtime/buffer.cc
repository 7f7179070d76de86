#include "buffer.h"

#include <cstdlib>
#include <new>
#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace sparsek {
namespace {

constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kHugePage = std::size_t{1} << 21;
/// Runs of one plan that go on at the same time and still find a spare buffer.
constexpr std::size_t kSpareBuffers = 2;

}  // namespace

Buffer::Buffer(std::int64_t floats) {
  if (floats <= 0) return;
  if (floats > (std::int64_t{1} << 60)) throw std::bad_alloc();
  const std::size_t bytes = static_cast<std::size_t>(floats) * sizeof(float);
  const std::size_t alignment = bytes >= kHugePage ? kHugePage : kCacheLine;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  // A hint: packed panels are walked in steps larger than a small page.
  if (alignment == kHugePage) madvise(memory, rounded, MADV_HUGEPAGE);
#endif
  data_.reset(static_cast<float*>(memory));
  size_ = floats;
}

void Buffer::Free::operator()(float* data) const { std::free(data); }

std::shared_ptr<Buffer> BufferStore::take(const std::shared_ptr<BufferStore>& store, std::int64_t floats) {
  Buffer buffer;
  {
    const std::lock_guard<std::mutex> lock(store->mutex_);
    for (std::size_t i = 0; i < store->spare_.size(); ++i) {
      if (store->spare_[i].size() < floats) continue;
      buffer = std::move(store->spare_[i]);
      store->spare_.erase(store->spare_.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
  }
  if (buffer.size() < floats) buffer = Buffer(floats);
  const std::weak_ptr<BufferStore> home = store;
  auto giveBack = [home](Buffer* used) {
    const std::unique_ptr<Buffer> owned(used);
    const std::shared_ptr<BufferStore> open = home.lock();
    if (open == nullptr) return;
    const std::lock_guard<std::mutex> lock(open->mutex_);
    if (open->spare_.size() < kSpareBuffers) open->spare_.push_back(std::move(*owned));
  };
  return std::shared_ptr<Buffer>(new Buffer(std::move(buffer)), giveBack);
}

}  // namespace sparsek
