// Online softmax in base 2 on accumulator fragments: element i of a thread belongs to its row (i >> 1) & 1, and the four
// lanes of a quad share their rows.
//
// Weights are exp2(s * scale - offset), where the offset is a reference that need not be the maximum: any reference gives
// the same O and log-sum-exp, as long as nothing overflows. So the reference of a row is the maximum of the first step
// that shows it something, and it is raised only when a thread's weights of one step add up to more than kLimit. A step
// in which that does not happen (nearly all) computes no maximum and rescales nothing.
#pragma once

#include <math_constants.h>

#include <cstdint>

#include "../ptx/scalar.cuh"
#include "../tile/fragments.cuh"
#include "params.h"

namespace sparsek::attention {

// Sum of a thread's weights in a row and a step beyond which the reference is raised. Every weight is below it, so that
// f16 (up to 65504) holds them; float32 sums have room for 2^100 times as many.
constexpr float kLimit = 1024.0f;

struct SoftmaxState {
  float reference[2] = {-CUDART_INF_F, -CUDART_INF_F};  // raw scores; -infinity while a row has seen nothing
  float offset[2] = {0.0f, 0.0f};                       // reference * scale, or 0 while there is none
  float limit[2] = {-1.0f, -1.0f};                      // kLimit, or below any sum while there is no reference
  float sum[2] = {0.0f, 0.0f};                          // this thread's part of the denominator
};

// Raises the references to the maximum of all scores so far; gives the factors for what was summed before.
template <int Count>
__device__ __forceinline__ void raise_reference(const float (&s)[Count], SoftmaxState& state, float (&rescale)[2],
                                                float scale) {
  float part[2][2] = {{s[0], s[1]}, {s[2], s[3]}};  // two chains a row
#pragma unroll
  for (int i = 4; i < Count; ++i) part[(i >> 1) & 1][i & 1] = fmaxf(part[(i >> 1) & 1][i & 1], s[i]);
  float top[2] = {fmaxf(part[0][0], part[0][1]), fmaxf(part[1][0], part[1][1])};
#pragma unroll
  for (int distance = 1; distance <= 2; distance *= 2) {
#pragma unroll
    for (int r = 0; r < 2; ++r) top[r] = fmaxf(top[r], __shfl_xor_sync(0xffffffffu, top[r], distance));
  }
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const float next = fmaxf(state.reference[r], top[r]);
    const bool seen = next != -CUDART_INF_F;
    const float base = seen ? next : 0.0f;  // subtracting -infinity would give NaN
    rescale[r] = ptx::exp2_approx((state.reference[r] - base) * scale);
    state.reference[r] = next;
    state.offset[r] = base * scale;
    state.limit[r] = seen ? kLimit : -1.0f;
    state.sum[r] *= rescale[r];
  }
}

// Weights of a step, packed as A fragments of the product with V, and this thread's sums of them by row.
template <typename T, int Count>
__device__ __forceinline__ void weigh(const float (&s)[Count], uint32_t (&weights)[Count / 8][4], float (&sums)[2],
                                      const SoftmaxState& state, float scale) {
  float part[2][2] = {};
#pragma unroll
  for (int first = 0; first < Count; first += 8) {
    float p[8];
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      const int r = (i >> 1) & 1;
      p[i] = ptx::exp2_approx(fmaf(s[first + i], scale, -state.offset[r]));
      part[r][i & 1] += p[i];
    }
    tile::pack_columns<T>(weights[first / 8], p, 0);
  }
#pragma unroll
  for (int r = 0; r < 2; ++r) sums[r] = part[r][0] + part[r][1];
}

// The first step of an item: there is no reference yet.
template <typename T, int Count>
__device__ __forceinline__ void first_softmax(const float (&s)[Count], uint32_t (&weights)[Count / 8][4],
                                              SoftmaxState& state, float scale) {
  float rescale[2], sums[2];
  raise_reference(s, state, rescale, scale);
  weigh<T>(s, weights, sums, state, scale);
  state.sum[0] = sums[0];
  state.sum[1] = sums[1];
}

// A further step. True when a reference was raised: then O is to be multiplied by `rescale`.
template <typename T, int Count>
__device__ __forceinline__ bool next_softmax(const float (&s)[Count], uint32_t (&weights)[Count / 8][4],
                                             SoftmaxState& state, float (&rescale)[2], float scale) {
  float sums[2];
  bool raised = false;
  for (;;) {
    weigh<T>(s, weights, sums, state, scale);
    if (raised || !__any_sync(0xffffffffu, sums[0] > state.limit[0] || sums[1] > state.limit[1])) break;
    raise_reference(s, state, rescale, scale);
    raised = true;
  }
  state.sum[0] += sums[0];
  state.sum[1] += sums[1];
  return raised;
}

// Final factors of the thread's rows of O and their log-sum-exps (natural).
struct RowResults {
  float factor[2], lse[2];
};

// `sink2` is the sink's logit in base 2, -infinity for none. Without branches, so that the two rows' chains of dependent
// instructions overlap.
__device__ __forceinline__ RowResults finish_rows(const SoftmaxState& state, float scale, float sink2) {
  float sum[2] = {state.sum[0], state.sum[1]};
#pragma unroll
  for (int distance = 1; distance <= 2; distance *= 2) {
#pragma unroll
    for (int r = 0; r < 2; ++r) sum[r] += __shfl_xor_sync(0xffffffffu, sum[r], distance);
  }
  RowResults result;
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const bool seen = state.reference[r] != -CUDART_INF_F;
    const float top = seen ? state.reference[r] * scale : 0.0f;
    const float base = fmaxf(top, sink2);
    const float own = ptx::exp2_approx(top - base);
    const float total = sum[r] * own + ptx::exp2_approx(sink2 - base);  // at least about 1: the first maximum's weight is 1
    result.factor[r] = seen ? __fdividef(own, total) : 0.0f;
    result.lse[r] = seen ? (base + ptx::log2_approx(total)) * kLn2 : -CUDART_INF_F;
  }
  return result;
}

}  // namespace sparsek::attention
