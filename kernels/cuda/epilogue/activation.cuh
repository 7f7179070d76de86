// Activation functions on float32.
#pragma once

#include "../include/epilogue_params.h"

namespace sparsek::epilogue {

// 1 / (1 + exp(-x)), by the fast exponential; relative error below 1e-6.
__device__ __forceinline__ float sigmoid(float x) { return __fdividef(1.0f, 1.0f + __expf(-x)); }

// x * Phi(x), Phi the normal distribution function.
__device__ __forceinline__ float gelu(float x) { return 0.5f * x * (1.0f + erff(x * 0.70710678118654752f)); }

// The same for results that are rounded to 16 bits: absolute error below 5e-5, in 14 multiply-adds without the special
// function unit. Phi(x) = 1/2 + y Q(y^2), y = x clamped to +-4.4; Q is a least-squares fit of degree 9 that meets 0 and 1 at
// the clamps.
__device__ __forceinline__ float gelu_16bit(float x) {
  constexpr float kClamp = 4.4f;
  const float y = fminf(fmaxf(x, -kClamp), kClamp);
  const float u = y * y;
  float q = -1.447874481e-12f;
  q = fmaf(q, u, 1.743913763e-10f);
  q = fmaf(q, u, -9.385825450e-09f);
  q = fmaf(q, u, 3.002546691e-07f);
  q = fmaf(q, u, -6.425097581e-06f);
  q = fmaf(q, u, 9.838026017e-05f);
  q = fmaf(q, u, -1.125335577e-03f);
  q = fmaf(q, u, 9.841297753e-03f);
  q = fmaf(q, u, -6.634999067e-02f);
  q = fmaf(q, u, 3.988918066e-01f);
  return x * fmaf(y, q, 0.5f);
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
