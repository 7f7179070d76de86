// The general epilogue: float32 sums of a 64-row tile go through shared memory and leave row by row, with
// beta * C, any output type, any strides, transposed or not, and as raw partial sums. It is a loop over shared memory, not
// over registers, which keeps the many cases out of the unrolled code.
#pragma once

#include "../ptx/common.cuh"
#include "activation.cuh"
#include "element.cuh"

namespace sparsek::epilogue {

constexpr int kGeneralRows = 64;
constexpr int kGeneralThreads = 128;
constexpr int kGeneralChunk = 32;                                            // columns a pass
constexpr int kGeneralBytes = kGeneralRows * kGeneralChunk * sizeof(float);  // staging of one warpgroup
constexpr int kGeneralQuads = kGeneralChunk / 4;                             // threads that share a row

// Float index of (row, column) in the staging tile. The 16-byte chunk is XORed with the row: fragment writes (eight rows,
// four lanes of a row) and row reads both touch every bank once.
__device__ __forceinline__ int general_offset(int row, int column) {
  return row * kGeneralChunk + ((((column >> 2) ^ (row & 7)) << 2) | (column & 3));
}

__device__ __forceinline__ float finish(const EpilogueParams& p, float sum, float addend, float bias) {
  return activate(p.alpha * sum + p.beta * addend + bias, p.activation);
}

// Row of C of row i of a 64-row tile: neighbouring rows, or strips of 16 from a table (-1: no such row).
struct PlainRows {
  int row0;
  __device__ __forceinline__ int operator()(int i) const { return row0 + i; }
};

struct StripRows {
  const int32_t* first;
  __device__ __forceinline__ int operator()(int i) const {
    const int row0 = __ldg(first + i / 16);
    return row0 < 0 ? -1 : row0 + i % 16;
  }
};

// Stores a staged chunk of 64 rows and columns column0 .. column0+31. Called by the 128 threads of a warpgroup.
template <typename Rows>
__device__ __forceinline__ void general_store(const float* staging, const EpilogueParams& p, int batch, Rows row_of,
                                              int column0, int thread) {
  const int64_t base = batch * p.batch_stride;
  if (p.transposed) {
    // Neighbouring threads take neighbouring rows, which are contiguous in memory; two threads share one.
    const int i = thread & (kGeneralRows - 1);
    const int row = row_of(i);
    if (row < 0 || row >= p.rows) return;
    const float bias = p.bias ? __ldg(p.bias + row) : 0.0f;
    for (int column = thread >> 6; column < kGeneralChunk && column0 + column < p.columns; column += 2) {
      const int64_t index = base + (column0 + column) * p.leading + row;
      const float addend = p.beta != 0.0f ? load_element(p.addend, index, p.out_type) : 0.0f;
      store_element(p.out, index, p.out_type, finish(p, staging[general_offset(i, column)], addend, bias));
    }
    return;
  }
  const int column = (thread % kGeneralQuads) * 4;
  const int valid = min(4, p.columns - column0 - column);
  if (valid <= 0) return;
  const bool vector = valid == 4 && (p.leading & 3) == 0 && (p.batch_stride & 3) == 0 &&
                      (reinterpret_cast<uint64_t>(p.out) & 15) == 0;
  for (int i = thread / kGeneralQuads; i < kGeneralRows; i += kGeneralThreads / kGeneralQuads) {
    const int row = row_of(i);
    if (row < 0 || row >= p.rows) continue;
    const float4 sum = *reinterpret_cast<const float4*>(staging + general_offset(i, column));
    const float bias = p.bias ? __ldg(p.bias + row) : 0.0f;
    const int64_t index = base + row * p.leading + column0 + column;
    float addend[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    if (p.beta != 0.0f) {
      for (int j = 0; j < valid; ++j) addend[j] = load_element(p.addend, index + j, p.out_type);
    }
    const float4 v = make_float4(finish(p, sum.x, addend[0], bias), finish(p, sum.y, addend[1], bias),
                                 finish(p, sum.z, addend[2], bias), finish(p, sum.w, addend[3], bias));
    if (vector) {
      store_four(p.out, index, p.out_type, v);
    } else {
      const float values[4] = {v.x, v.y, v.z, v.w};
      for (int j = 0; j < valid; ++j) store_element(p.out, index + j, p.out_type, values[j]);
    }
  }
}

// Raw sums into a dense float32 tile of `leading` columns in the workspace.
__device__ __forceinline__ void partial_store(const float* staging, float* tile, int leading, int column0, int thread) {
  const int column = (thread % kGeneralQuads) * 4;
  for (int row = thread / kGeneralQuads; row < kGeneralRows; row += kGeneralThreads / kGeneralQuads) {
    *reinterpret_cast<float4*>(tile + row * leading + column0 + column) =
        *reinterpret_cast<const float4*>(staging + general_offset(row, column));
  }
}

// Writes 32 columns (16 accumulators from `first`) of a warpgroup's tile into the staging tile.
template <int Count>
__device__ __forceinline__ void stage_chunk(float* staging, const float (&d)[Count], int first, int thread) {
  const int row = 16 * (thread >> 5) + ((thread & 31) >> 2);
#pragma unroll
  for (int j = 0; j < kGeneralChunk / 8; ++j) {
    const int column = 8 * j + 2 * (thread & 3);
    *reinterpret_cast<float2*>(staging + general_offset(row, column)) =
        make_float2(d[first + 4 * j], d[first + 4 * j + 1]);
    *reinterpret_cast<float2*>(staging + general_offset(row + 8, column)) =
        make_float2(d[first + 4 * j + 2], d[first + 4 * j + 3]);
  }
}

}  // namespace sparsek::epilogue
