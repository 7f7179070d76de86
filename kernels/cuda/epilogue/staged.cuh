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

// The bias of the two rows (i and i + 8) of which a thread holds accumulators, in a 64-row tile whose first row is row0.
struct RowShift {
  float low, high;
};

__device__ __forceinline__ RowShift row_shift(const EpilogueParams& p, int row0, int thread) {
  const int row = row0 + 16 * (thread >> 5) + ((thread & 31) >> 2);
  return RowShift{p.bias && row < p.rows ? __ldg(p.bias + row) : 0.0f,
                  p.bias && row + 8 < p.rows ? __ldg(p.bias + row + 8) : 0.0f};
}

template <int Count>
__device__ __forceinline__ void scale_and_shift(float (&d)[Count], float alpha, RowShift shift) {
#pragma unroll
  for (int i = 0; i < Count; ++i) d[i] = alpha * d[i] + ((i & 2) ? shift.high : shift.low);
}

template <int Count>
__device__ __forceinline__ void relu_16bit(float (&d)[Count], Activation activation) {
  if (activation != Activation::kRelu) return;
#pragma unroll
  for (int i = 0; i < Count; ++i) d[i] = ptx::max_nan(d[i], 0.0f);
}

// The activation, for results of 16 bits.
template <int Count>
__device__ __forceinline__ void activate_16bit(float (&d)[Count], Activation activation) {
  relu_16bit(d, activation);
  if (activation == Activation::kGelu) {
#pragma unroll
    for (int i = 0; i < Count; ++i) d[i] = gelu_16bit(d[i]);
  } else if (activation == Activation::kSilu) {
#pragma unroll
    for (int i = 0; i < Count; ++i) d[i] = silu_16bit(d[i]);
  }
}

template <int Count>
__device__ __forceinline__ void transform(float (&d)[Count], const EpilogueParams& p, int row0, int thread) {
  scale_and_shift(d, p.alpha, row_shift(p, row0, thread));
  activate_16bit(d, p.activation);
}

// Activations of ten instructions an element and more.
__device__ __forceinline__ bool has_long_activation(const EpilogueParams& p) {
  return p.activation == Activation::kGelu || p.activation == Activation::kSilu;
}

__device__ __forceinline__ bool needs_transform(const EpilogueParams& p) {
  return p.alpha != 1.0f || p.bias != nullptr || p.activation != Activation::kNone;
}

// Writes columns 16 j .. 16 j + 15 (four pairs of 16-bit results from `first`, in the order of the accumulators) into a
// swizzled buffer of 64 rows x 128 bytes.
template <int Count>
__device__ __forceinline__ void stage_group(uint32_t buffer, const uint32_t (&pairs)[Count], int first, int j,
                                            int thread) {
  const int lane = thread & 31;
  const int row = 16 * (thread >> 5) + (lane & 15);
  const uint32_t chunk = static_cast<uint32_t>(2 * j + (lane >> 4)) ^ static_cast<uint32_t>(row & 7);
  ptx::stmatrix_x4(buffer + row * 128 + chunk * 16, pairs[first], pairs[first + 1], pairs[first + 2], pairs[first + 3]);
}

// All 64 columns from 16 pairs.
template <int Count>
__device__ __forceinline__ void stage_pairs(uint32_t buffer, const uint32_t (&pairs)[Count], int first, int thread) {
#pragma unroll
  for (int j = 0; j < 4; ++j) stage_group(buffer, pairs, first + 4 * j, j, thread);
}

// The same from 32 accumulators from `first`.
template <typename T, int Count>
__device__ __forceinline__ void stage_columns(uint32_t buffer, const float (&d)[Count], int first, int thread) {
  uint32_t pairs[16];
#pragma unroll
  for (int i = 0; i < 16; ++i) pairs[i] = tile::pack<T>(d[first + 2 * i], d[first + 2 * i + 1]);
  stage_pairs(buffer, pairs, 0, thread);
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
