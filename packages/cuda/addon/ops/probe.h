// Measurements of a GPU's limits by kernels that do nothing else (kernels/cuda/probe).
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "../driver/api.h"
#include "../runtime/module_cache.h"

namespace sparsek::ops {

// Products are of instructions m64 n256 k16 with both operands in shared memory unless their name says otherwise.
enum class Probe {
  kRead,
  kBulkRead,
  kTensorRead,
  kCopy,
  kMultiplyF16,
  kMultiplyBf16,
  kMultiplyF16N128,
  kMultiplyF16N64,
  kMultiplyF16N32,
  kMultiplyF16N16,
  kMultiplyF16Registers,
  kMultiplyF16RegistersN64,
};

struct ProbeJob {
  Probe probe = Probe::kRead;
  driver::CUdeviceptr source = 0;  // `bytes` bytes; products read the first of them
  driver::CUdeviceptr target = 0;  // `bytes` bytes of a copy, else probe_target_bytes
  int64_t bytes = 0;               // a positive multiple of 16384
  int32_t passes = 1;
  int multiprocessors = 0;
};

// What a probe did: bytes read and written, and floating-point operations.
struct ProbeWork {
  double bytes = 0;
  double flops = 0;
};

// Bytes that a probe other than a copy writes at most.
int64_t probe_target_bytes(int multiprocessors);

// Throws std::invalid_argument for a size that the kernels do not take.
ProbeWork launch_probe(const driver::Api& api, cuda::ModuleCache& modules, const ProbeJob& job, driver::CUstream stream);

}  // namespace sparsek::ops
