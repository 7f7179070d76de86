// What every operation's plan has in common.
#pragma once
#include <memory>

#include "../runtime/buffer.h"
#include "../runtime/job.h"
#include "../runtime/kernel_set.h"

namespace sparsek {

/// Made by a job, then read-only, so that several runs may use it at the same time.
struct Plan {
  explicit Plan(const KernelSet& set) : kernels(set) {}
  virtual ~Plan() = default;

  const KernelSet& kernels;
  std::shared_ptr<BufferStore> buffers = std::make_shared<BufferStore>();
};

/// Floats of packed operands that a run holds at a time; larger ones are worked through in portions.
constexpr std::int64_t kPackedFloats = std::int64_t{16} << 20;

/// Rows of a dense matrix that a packing task copies.
constexpr std::int64_t kPackedRows = 512;

constexpr std::int64_t ceilDivide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace sparsek
