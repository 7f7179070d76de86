// Float memory aligned for vectors, and a small store of buffers that runs of one plan hand on to each other.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace sparsek {

class Buffer {
 public:
  Buffer() = default;
  /// Throws std::bad_alloc.
  explicit Buffer(std::int64_t floats);

  float* data() const { return data_.get(); }
  std::int64_t size() const { return size_; }

 private:
  struct Free {
    void operator()(float* data) const;
  };
  std::unique_ptr<float, Free> data_;
  std::int64_t size_ = 0;
};

/// Fresh memory costs a page fault for every 4 KiB, which is a good part of a short run.
class BufferStore {
 public:
  /// A buffer of at least `floats`, back in the store when the last copy is gone.
  static std::shared_ptr<Buffer> take(const std::shared_ptr<BufferStore>& store, std::int64_t floats);

 private:
  std::mutex mutex_;
  std::vector<Buffer> spare_;
};

}  // namespace sparsek
