// Online softmax in base 2 on accumulator fragments: element i of a thread belongs to its row (i >> 1) & 1, and the four
// lanes of a quad share their rows.
#pragma once

#include <math_constants.h>

#include <cstdint>

namespace sparsek::attention {

__device__ __forceinline__ float exp2_approx(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

__device__ __forceinline__ float quad_max(float x) {
  x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 1));
  return fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 2));
}

__device__ __forceinline__ float quad_sum(float x) {
  x += __shfl_xor_sync(0xffffffffu, x, 1);
  return x + __shfl_xor_sync(0xffffffffu, x, 2);
}

struct SoftmaxState {
  float max[2];  // of the raw scores seen so far; -infinity before the first visible one
  float sum[2];  // this thread's part of the denominator, relative to max
};

// Replaces the scores s by exp2((s - max) * scale), updates the state, and gives the factor for what was summed before.
template <int Count>
__device__ __forceinline__ void softmax_step(float (&s)[Count], SoftmaxState& state, float (&rescale)[2], float scale) {
  float top[2] = {fmaxf(s[0], s[1]), fmaxf(s[2], s[3])};
#pragma unroll
  for (int i = 4; i < Count; i += 4) {
#pragma unroll
    for (int r = 0; r < 2; ++r) top[r] = fmaxf(fmaxf(top[r], s[i + 2 * r]), s[i + 2 * r + 1]);
  }
  float offset[2];
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const float next = fmaxf(state.max[r], quad_max(top[r]));
    // A row that has seen nothing keeps -infinity as its state, but subtracting it would give NaN.
    const float base = next == -CUDART_INF_F ? 0.0f : next;
    rescale[r] = exp2_approx((state.max[r] - base) * scale);
    offset[r] = base * scale;
    state.max[r] = next;
    state.sum[r] *= rescale[r];
  }
#pragma unroll
  for (int i = 0; i < Count; ++i) s[i] = exp2_approx(fmaf(s[i], scale, -offset[(i >> 1) & 1]));
  float part[2][2] = {};
#pragma unroll
  for (int i = 0; i < Count; ++i) part[(i >> 1) & 1][i & 1] += s[i];
#pragma unroll
  for (int r = 0; r < 2; ++r) state.sum[r] += part[r][0] + part[r][1];
}

// Final factor of a row's O and its log-sum-exp (natural). `sink2` is the sink's logit in base 2, -infinity for none.
struct RowResult {
  float factor, lse;
};

__device__ __forceinline__ RowResult finish_row(float max, float sum, float scale, float sink2) {
  if (max == -CUDART_INF_F) return {0.0f, -CUDART_INF_F};
  constexpr float kLn2 = 0.69314718055994531f;
  const float top = max * scale;
  const float base = fmaxf(top, sink2);
  const float own = exp2_approx(top - base);
  const float total = sum * own + exp2_approx(sink2 - base);
  return {own / total, (base + log2f(total)) * kLn2};
}

}  // namespace sparsek::attention
