// Activation functions on float32.
#pragma once

#include "../include/epilogue_params.h"

namespace sparsek::epilogue {

// 1 / (1 + exp(-x)), by the fast exponential; relative error below 1e-6.
__device__ __forceinline__ float sigmoid(float x) { return __fdividef(1.0f, 1.0f + __expf(-x)); }

// x * Phi(x), Phi the normal distribution function.
__device__ __forceinline__ float gelu(float x) { return 0.5f * x * (1.0f + erff(x * 0.70710678118654752f)); }

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
