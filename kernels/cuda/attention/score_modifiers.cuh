// Score modifiers, in their own instances so that the plain kernel pays nothing: scale of any sign, softcap, ALiBi.
#pragma once

#include "../tile/fragments.cuh"
#include "params.h"
#include "softmax.cuh"

namespace sparsek::attention {

// tanh by one exponential and one division: absolute error near 1e-7, where tanh.approx has 5e-4.
__device__ __forceinline__ float tanh_exact(float x) {
  const float power = ptx::exp2_approx(fabsf(x) * (2.0f * kLog2e));  // infinity gives 1
  return copysignf(1.0f - __fdividef(2.0f, 1.0f + power), x);
}

// Replaces raw products by final scores in base 2. `row` is the absolute position of the thread's first row.
template <int Count>
__device__ __forceinline__ void modify_scores(float (&s)[Count], const Params& p, float slope, int first_key, int row,
                                              int thread) {
  const float scale = p.scores.scale, softcap = p.scores.softcap;
  const float inverse_cap = softcap > 0.0f ? scale / softcap : 0.0f;
#pragma unroll
  for (int i = 0; i < Count; ++i) {
    float score = softcap > 0.0f ? softcap * tanh_exact(s[i] * inverse_cap) : s[i] * scale;
    const int distance = row + 8 * ((i >> 1) & 1) - first_key - tile::accumulator_column(thread, i);
    score -= slope * fabsf(static_cast<float>(distance));
    s[i] = score * kLog2e;
  }
}

}  // namespace sparsek::attention
