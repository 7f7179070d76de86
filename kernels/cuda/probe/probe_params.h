// Parameters of the measurements of a GPU's limits (probe/probe.cu). Shared by host and device; plain C++.
#pragma once

#include <cstdint>

#include "../include/tensor_map.h"

namespace sparsek {

struct ProbeParams {
  TensorMap map;  // of source as rows of kProbeBoxColumns elements; tensor copies only
  const void* source;
  void* target;   // of copies; otherwise written only to keep the compiler from leaving the work out
  int64_t bytes;  // of source, a multiple of kProbeChunk
  int32_t passes;
};

// What one bulk copy moves, and the unit that thread blocks share out.
constexpr int kProbeChunk = 16384;
// Plain loads: enough threads and loads of 16 bytes under way to cover the latency of device memory.
constexpr int kProbeThreads = 256;
constexpr int kProbeLoads = kProbeChunk / 16 / kProbeThreads;
constexpr int kProbeBlocks = 8;  // of a multiprocessor
// Bulk copies: a ring of chunks, two thread blocks a multiprocessor.
constexpr int kProbeStages = 6;
constexpr int kProbeBulkBlocks = 2;
// Tensor copies: the same ring, a chunk being a box of 16-bit elements that lands with 128-byte swizzle.
constexpr int kProbeBoxColumns = 64, kProbeBoxRows = 128;
static_assert(kProbeBoxColumns * kProbeBoxRows * 2 == kProbeChunk, "a box is a chunk");

// Matrix products: two warpgroups multiply tiles [64, 64] and [64, 256] that stay in shared memory, narrower
// instructions part by part, so that a pass is the same work for all. Several pairs of tiles, because operands that
// repeat draw less power than those of a real product, and power sets the clock.
constexpr int kProbeTiles = 3;
constexpr int kProbeTileM = 64, kProbeTileN = 256, kProbeTileK = 64;
constexpr int kProbeWarpgroups = 2;
constexpr int kProbeTileBytes = (kProbeWarpgroups * kProbeTileM + kProbeTileN) * kProbeTileK * 2;
constexpr int kProbeAlignment = 1024;  // of a tile with 128-byte swizzle
constexpr int kProbeBulkShared = kProbeStages * kProbeChunk + kProbeAlignment;
constexpr int kProbeMmaShared = kProbeTiles * kProbeTileBytes + kProbeAlignment;
// Floating-point operations of one thread block and pass.
constexpr int64_t kProbeMmaFlops =
    int64_t{2} * kProbeTiles * kProbeWarpgroups * kProbeTileM * kProbeTileN * kProbeTileK;

}  // namespace sparsek
