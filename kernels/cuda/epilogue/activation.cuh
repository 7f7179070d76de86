// Activation functions on float32.
#pragma once

#include "../include/epilogue_params.h"
#include "../ptx/scalar.cuh"

namespace sparsek::epilogue {

// 1 / (1 + exp(-x)), by the fast exponential; relative error below 1e-6.
__device__ __forceinline__ float sigmoid(float x) { return __fdividef(1.0f, 1.0f + __expf(-x)); }

// x * Phi(x), Phi the normal distribution function.
__device__ __forceinline__ float gelu(float x) { return 0.5f * x * (1.0f + erff(x * 0.70710678118654752f)); }

// For results that are rounded to 16 bits: relative error below 1e-4 where the result is a normal f16 number, absolute
// error below 1.2e-5. gelu(x) = max(x, 0) - t Phi(-t), t = |x|, and log2 Phi(-t) is close to a polynomial (minimax fit of degree
// 5 in relative error of Phi), so that one exponential and six multiply-adds do. The clamp keeps infinity from meeting
// zero; the maximum keeps NaN.
__device__ __forceinline__ float gelu_16bit(float x) {
  const float t = fminf(fabsf(x), 8.0f);
  float q = -3.355439e-4f;
  q = fmaf(q, t, 5.97271906e-3f);
  q = fmaf(q, t, -4.8723201e-2f);
  q = fmaf(q, t, -4.63468941e-1f);
  q = fmaf(q, t, -1.14947595f);
  q = fmaf(q, t, -1.00009903f);
  return fmaf(-t, ptx::exp2_approx(q), ptx::max_nan(x, 0.0f));
}

// Likewise: x sigmoid(x) = max(x, 0) - t e / (1 + e), e = exp(-t), and 1 / (1 + e) is a polynomial of degree 5 to 5.1e-5 on
// [0, 1], which spares the reciprocal: the special function unit is the narrowest part.
__device__ __forceinline__ float silu_16bit(float x) {
  const float t = fminf(fabsf(x), 88.0f);
  const float e = ptx::exp2_approx(-1.44269504f * t);
  float q = -1.0447796e-1f;
  q = fmaf(q, e, 4.17922347e-1f);
  q = fmaf(q, e, -7.70560841e-1f);
  q = fmaf(q, e, 9.53417682e-1f);
  q = fmaf(q, e, -9.9627573e-1f);
  q = fmaf(q, e, 9.99949004e-1f);
  return fmaf(-t * e, q, ptx::max_nan(x, 0.0f));
}

__device__ __forceinline__ float activate(float x, Activation activation) {
  switch (activation) {
    case Activation::kRelu:
      return x < 0.0f ? 0.0f : x;  // keeps NaN
    case Activation::kGelu:
      return gelu(x);
    case Activation::kSilu:
      return x * sigmoid(x);
    default:
      return x;
  }
}

}  // namespace sparsek::epilogue
