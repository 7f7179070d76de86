// Joins the parts of rows that were split along their keys: with L_i the log-sum-exp of part i and L that of all (and of
// the sink), O = sum_i exp(L_i - L) O_i. A warp a row where there are few parts, else a block of threads a row. The order
// of the additions is fixed, so that the result does not depend on which multiprocessor finished first.
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <math_constants.h>

#include "combine_params.h"

namespace sparsek::attention {

__device__ __forceinline__ __half2 round_pair(__half2, float2 x) { return __float22half2_rn(x); }
__device__ __forceinline__ __nv_bfloat162 round_pair(__nv_bfloat162, float2 x) { return __float22bfloat162_rn(x); }

constexpr int kWarps = kCombineThreads / 32;

// A row of a split tile.
struct Row {
  int pair, batch, head;
  int index;      // among the queries
  int64_t place;  // of its first part among the partial rows
  int parts;
};

__device__ __forceinline__ Row row_of(const CombineParams& p, int split_row) {
  const Split split = p.splits[split_row / p.side];
  const int inside = split_row % p.side;
  Row row;
  row.pair = split.code / p.query_tiles;
  row.index = (split.code - row.pair * p.query_tiles) * p.side + inside;
  row.batch = row.pair / p.heads;
  row.head = row.pair - row.batch * p.heads;
  row.place = static_cast<int64_t>(split.first) * p.side + inside;
  row.parts = split.parts;
  return row;
}

template <typename T>
__device__ __forceinline__ T* out_of(const CombineParams& p, const Row& row) {
  return static_cast<T*>(p.out) + row.batch * p.batch_stride + row.head * p.head_stride + row.index * p.sequence_stride;
}

__device__ __forceinline__ void store_lse(const CombineParams& p, const Row& row, float lse) {
  if (p.lse != nullptr) p.lse[static_cast<int64_t>(row.pair) * p.query_length + row.index] = lse;
}

// Every lane finds the weights of all parts itself.
template <typename Pair, typename T>
__device__ __forceinline__ void combine_few(const CombineParams& p) {
  const int lane = threadIdx.x % 32;
  const Row row = row_of(p, blockIdx.x * kWarps + threadIdx.x / 32);
  if (row.index >= p.query_length) return;
  const float* lse = p.partial_lse + row.place;
  const float sink = p.sinks != nullptr ? p.sinks[row.head] : -CUDART_INF_F;
  float top = -CUDART_INF_F;
  for (int i = 0; i < row.parts; ++i) top = fmaxf(top, lse[i * p.side]);
  const bool seen = top != -CUDART_INF_F;  // by a key: a sink alone gives O = 0 and -infinity
  const float base = seen ? fmaxf(top, sink) : 0.0f;
  float total = seen ? expf(sink - base) : 0.0f;
  for (int i = 0; i < row.parts; ++i) total += expf(lse[i * p.side] - base);
  const float factor = seen ? 1.0f / total : 0.0f;
  if (lane == 0) store_lse(p, row, seen ? base + logf(total) : -CUDART_INF_F);
  T* out = out_of<T>(p, row);
  for (int column = 2 * lane; column < p.width; column += 64) {
    const float* part = p.partial_out + row.place * p.stride + column;
    float2 sum = {0.0f, 0.0f};
#pragma unroll 8
    for (int i = 0; i < row.parts; ++i) {
      const float2 o = *reinterpret_cast<const float2*>(part + static_cast<int64_t>(i) * p.side * p.stride);
      const float weight = expf(lse[i * p.side] - base) * factor;
      sum.x += weight * o.x;
      sum.y += weight * o.y;
    }
    *reinterpret_cast<Pair*>(out + column) = round_pair(Pair{}, sum);
  }
}

// By every thread of the block; the order of the additions is fixed.
template <typename Join>
__device__ __forceinline__ float block_reduce(float x, float (&space)[kWarps], Join join) {
#pragma unroll
  for (int distance = 16; distance > 0; distance /= 2) x = join(x, __shfl_xor_sync(0xffffffffu, x, distance));
  __syncthreads();  // the space was read
  if (threadIdx.x % 32 == 0) space[threadIdx.x / 32] = x;
  __syncthreads();
  x = space[0];
#pragma unroll
  for (int warp = 1; warp < kWarps; ++warp) x = join(x, space[warp]);
  return x;
}

template <typename Pair, typename T>
__device__ __forceinline__ void combine(const CombineParams& p) {
  __shared__ float space[kWarps];
  __shared__ float weights[kMostParts];
  __shared__ float2 sums[kWarps][kCombineThreads];
  const Row row = row_of(p, blockIdx.x);
  if (row.index >= p.query_length) return;
  const int thread = static_cast<int>(threadIdx.x), warp = thread / 32, lane = thread % 32;

  float own[kMostParts / kCombineThreads];
  float top = -CUDART_INF_F;
#pragma unroll
  for (int j = 0; j < kMostParts / kCombineThreads; ++j) {
    const int part = thread + j * kCombineThreads;
    own[j] = part < row.parts ? p.partial_lse[row.place + int64_t{part} * p.side] : -CUDART_INF_F;
    top = fmaxf(top, own[j]);
  }
  top = block_reduce(top, space, [](float a, float b) { return fmaxf(a, b); });
  const float sink = p.sinks != nullptr ? p.sinks[row.head] : -CUDART_INF_F;
  const bool seen = top != -CUDART_INF_F;
  const float base = seen ? fmaxf(top, sink) : 0.0f;
  float total = 0.0f;
#pragma unroll
  for (int j = 0; j < kMostParts / kCombineThreads; ++j) {
    own[j] = expf(own[j] - base);
    total += own[j];
  }
  total = block_reduce(total, space, [](float a, float b) { return a + b; }) + expf(sink - base);
  if (thread == 0) store_lse(p, row, seen ? base + logf(total) : -CUDART_INF_F);
  const float factor = seen ? 1.0f / total : 0.0f;
#pragma unroll
  for (int j = 0; j < kMostParts / kCombineThreads; ++j) {
    const int part = thread + j * kCombineThreads;
    if (part < row.parts) weights[part] = own[j] * factor;
  }
  __syncthreads();

  // Warp w adds parts w, w + 4, ...; then the warps' sums are added in order.
  const float* parts = p.partial_out + row.place * p.stride;
  for (int column = 2 * lane; column < p.width; column += 64) {
    float2 sum = {0.0f, 0.0f};
#pragma unroll 8
    for (int part = warp; part < row.parts; part += kWarps) {
      const float2 o = *reinterpret_cast<const float2*>(parts + int64_t{part} * p.side * p.stride + column);
      sum.x += weights[part] * o.x;
      sum.y += weights[part] * o.y;
    }
    sums[warp][column / 2] = sum;
  }
  __syncthreads();
  if (2 * thread >= p.width) return;
  float2 sum = sums[0][thread];
#pragma unroll
  for (int other = 1; other < kWarps; ++other) {
    sum.x += sums[other][thread].x;
    sum.y += sums[other][thread].y;
  }
  *reinterpret_cast<Pair*>(out_of<T>(p, row) + 2 * thread) = round_pair(Pair{}, sum);
}

}  // namespace sparsek::attention

#define SPARSEK_COMBINE_KERNEL(NAME, FUNCTION, PAIR, TYPE)                                \
  extern "C" __global__ void __launch_bounds__(sparsek::attention::kCombineThreads)       \
      NAME(const __grid_constant__ sparsek::attention::CombineParams params) {            \
    sparsek::attention::FUNCTION<PAIR, TYPE>(params);                                     \
  }

SPARSEK_COMBINE_KERNEL(sparsek_attention_combine_f16, combine, __half2, __half)
SPARSEK_COMBINE_KERNEL(sparsek_attention_combine_bf16, combine, __nv_bfloat162, __nv_bfloat16)
SPARSEK_COMBINE_KERNEL(sparsek_attention_combine_few_f16, combine_few, __half2, __half)
SPARSEK_COMBINE_KERNEL(sparsek_attention_combine_few_bf16, combine_few, __nv_bfloat162, __nv_bfloat16)
