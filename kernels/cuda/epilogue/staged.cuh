// The fast epilogue: accumulators become 16-bit, go to shared memory by stmatrix in the 128-byte swizzle and leave by
// tensor store, issued by another warp, so that the warpgroup can start its next tile at once.
#pragma once

#include "../include/tensor_map.h"
#include "../ptx/fence.cuh"
#include "../ptx/matrix_move.cuh"
#include "../ptx/named_barrier.cuh"
#include "../ptx/tma.cuh"
#include "../tile/fragments.cuh"
#include "activation.cuh"

namespace sparsek::epilogue {

constexpr int kStagedChunkBytes = 64 * 64 * 2;

// alpha, bias and activation on the accumulators of a 64-row tile whose first row is row0.
template <int Count>
__device__ __forceinline__ void transform(float (&d)[Count], const EpilogueParams& p, int row0, int thread) {
  const int row = row0 + 16 * (thread >> 5) + ((thread & 31) >> 2);
  const float low = p.bias && row < p.rows ? __ldg(p.bias + row) : 0.0f;
  const float high = p.bias && row + 8 < p.rows ? __ldg(p.bias + row + 8) : 0.0f;
#pragma unroll
  for (int i = 0; i < Count; ++i) d[i] = p.alpha * d[i] + ((i & 2) ? high : low);
  if (p.activation == Activation::kRelu) {
#pragma unroll
    for (int i = 0; i < Count; ++i) d[i] = d[i] < 0.0f ? 0.0f : d[i];
  } else if (p.activation == Activation::kGelu) {
#pragma unroll
    for (int i = 0; i < Count; ++i) d[i] = gelu_16bit(d[i]);
  } else if (p.activation == Activation::kSilu) {
#pragma unroll
    for (int i = 0; i < Count; ++i) d[i] = d[i] * sigmoid(d[i]);
  }
}

__device__ __forceinline__ bool needs_transform(const EpilogueParams& p) {
  return p.alpha != 1.0f || p.bias != nullptr || p.activation != Activation::kNone;
}

// Writes 64 columns (32 accumulators from `first`) into one swizzled buffer of 64 rows x 128 bytes.
template <typename T, int Count>
__device__ __forceinline__ void stage_columns(uint32_t buffer, const float (&d)[Count], int first, int thread) {
  const int lane = thread & 31;
  const int row = 16 * (thread >> 5) + (lane & 15);
  const uint32_t row_address = buffer + row * 128;
#pragma unroll
  for (int j = 0; j < 4; ++j) {
    uint32_t r[4];
    tile::pack_columns<T>(r, d, first + 8 * j);
    const uint32_t chunk = static_cast<uint32_t>(2 * j + (lane >> 4)) ^ static_cast<uint32_t>(row & 7);
    ptx::stmatrix_x4(row_address + chunk * 16, r[0], r[1], r[2], r[3]);
  }
}

// Stores a staged 64 x (64 * Chunks) tile to (row0, column0) of the map and returns once shared memory has been read.
// Called by one thread: bulk groups belong to the thread that commits them.
template <int Chunks>
__device__ __forceinline__ void store_staged(const char* staging, const TensorMap& map, int row0, int column0, int batch,
                                             int columns) {
#pragma unroll
  for (int chunk = 0; chunk < Chunks; ++chunk) {
    if (column0 + 64 * chunk < columns)
      ptx::tma_store_hint(&map, staging + chunk * kStagedChunkBytes, ptx::kEvictFirst, column0 + 64 * chunk, row0, batch);
  }
  ptx::bulk_commit();
  ptx::bulk_wait_read<0>();
}

}  // namespace sparsek::epilogue
