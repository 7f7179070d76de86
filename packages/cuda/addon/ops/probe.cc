#include "probe.h"

#include "../../../../kernels/cuda/probe/probe_params.h"
#include "../runtime/launch.h"

namespace sparsek::ops {

namespace {

struct Shape {
  const char* kernel;
  unsigned blocks;  // of a multiprocessor
  unsigned threads;
  int shared_bytes;
};

Shape shape_of(Probe probe) {
  constexpr unsigned kMultiplyThreads = 128 * kProbeWarpgroups;
  switch (probe) {
    case Probe::kRead:
      return {"sparsek_probe_read", kProbeBlocks, kProbeThreads, 0};
    case Probe::kBulkRead:
      return {"sparsek_probe_bulk_read", kProbeBulkBlocks, 32, kProbeStages * kProbeChunk};
    case Probe::kCopy:
      return {"sparsek_probe_copy", kProbeBlocks, kProbeThreads, 0};
    case Probe::kMultiplyF16:
      return {"sparsek_probe_multiply_f16", 1, kMultiplyThreads, kProbeMmaShared};
    default:
      return {"sparsek_probe_multiply_bf16", 1, kMultiplyThreads, kProbeMmaShared};
  }
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
      return {read, 0};
    case Probe::kCopy:
      return {2 * read, 0};
    default:
      return {0, static_cast<double>(kProbeMmaFlops) * blocks * job.passes};
  }
}

}  // namespace sparsek::ops
