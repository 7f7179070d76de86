#include "probe.h"

#include "../../../../kernels/cuda/probe/probe_params.h"
#include "../runtime/launch.h"
#include "tensor_maps.h"

namespace sparsek::ops {

namespace {

struct Shape {
  const char* kernel;
  unsigned blocks;  // of a multiprocessor
  unsigned threads;
  int shared_bytes;
};

constexpr Shape plain(const char* kernel) { return {kernel, kProbeBlocks, kProbeThreads, 0}; }
constexpr Shape bulk(const char* kernel) { return {kernel, kProbeBulkBlocks, 32, kProbeBulkShared}; }
constexpr Shape multiply(const char* kernel) { return {kernel, 1, 128 * kProbeWarpgroups, kProbeMmaShared}; }

Shape shape_of(Probe probe) {
  switch (probe) {
    case Probe::kRead:
      return plain("sparsek_probe_read");
    case Probe::kBulkRead:
      return bulk("sparsek_probe_bulk_read");
    case Probe::kTensorRead:
      return bulk("sparsek_probe_tensor_read");
    case Probe::kCopy:
      return plain("sparsek_probe_copy");
    case Probe::kMultiplyF16:
      return multiply("sparsek_probe_multiply_f16");
    case Probe::kMultiplyBf16:
      return multiply("sparsek_probe_multiply_bf16");
    case Probe::kMultiplyF16N128:
      return multiply("sparsek_probe_multiply_f16_n128");
    case Probe::kMultiplyF16N64:
      return multiply("sparsek_probe_multiply_f16_n64");
    case Probe::kMultiplyF16N32:
      return multiply("sparsek_probe_multiply_f16_n32");
    case Probe::kMultiplyF16N16:
      return multiply("sparsek_probe_multiply_f16_n16");
    case Probe::kMultiplyF16Registers:
      return multiply("sparsek_probe_multiply_f16_registers");
    default:
      return multiply("sparsek_probe_multiply_f16_registers_n64");
  }
}

TensorMap map_of(const driver::Api& api, const ProbeJob& job) {
  const int64_t rows = job.bytes / (2 * kProbeBoxColumns);
  const MatrixView view{job.source, kProbeBoxColumns, rows, 1, kProbeBoxColumns, 0};
  return encode_matrix(api, ElementType::kF16, view, kProbeBoxColumns, kProbeBoxRows);
}

}  // namespace

int64_t probe_target_bytes(int multiprocessors) {
  return int64_t{4} * multiprocessors * kProbeBlocks * kProbeThreads;
}

ProbeWork launch_probe(const driver::Api& api, cuda::ModuleCache& modules, const ProbeJob& job,
                       driver::CUstream stream) {
  if (job.bytes <= 0 || job.bytes % kProbeChunk != 0 || job.passes <= 0) {
    throw std::invalid_argument("Expected a positive multiple of " + std::to_string(kProbeChunk) +
                                " bytes and at least one pass");
  }
  const Shape kernel = shape_of(job.probe);
  ProbeParams params{};
  if (job.probe == Probe::kTensorRead) params.map = map_of(api, job);
  params.source = reinterpret_cast<const void*>(job.source);
  params.target = reinterpret_cast<void*>(job.target);
  params.bytes = job.bytes;
  params.passes = job.passes;
  const unsigned blocks = kernel.blocks * static_cast<unsigned>(job.multiprocessors);
  cuda::LaunchShape shape;
  shape.grid = {blocks, 1, 1};
  shape.block = {kernel.threads, 1, 1};
  shape.dynamicSharedBytes = static_cast<unsigned>(kernel.shared_bytes);
  shape.stream = stream;
  cuda::launch(api, modules.kernel("probe.cubin", kernel.kernel, kernel.shared_bytes), shape, params);
  const double read = static_cast<double>(job.bytes) * job.passes;
  switch (job.probe) {
    case Probe::kRead:
    case Probe::kBulkRead:
    case Probe::kTensorRead:
      return {read, 0};
    case Probe::kCopy:
      return {2 * read, 0};
    default:
      return {0, static_cast<double>(kProbeMmaFlops) * blocks * job.passes};
  }
}

}  // namespace sparsek::ops
