// Single instructions on float32 that C++ has no exact name for.
#pragma once

#include <cstdint>

namespace sparsek::ptx {

// 2^x, relative error 2^-22; results below the normal range are zero.
__device__ __forceinline__ float exp2_approx(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

// The base 2 logarithm, absolute error 2^-22 near 1, relative error 2^-22 elsewhere; subnormal numbers count as zero.
__device__ __forceinline__ float log2_approx(float x) {
  float y;
  asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

// The bits of a x + b, computed here and now: x is an accumulator, and a computation that the compiler may move behind the
// product that overwrites x would make that product wait.
__device__ __forceinline__ uint32_t multiply_add_word(float a, float x, float b) {
  float y;
  asm volatile("fma.rn.f32 %0, %1, %2, %3;" : "=f"(y) : "f"(a), "f"(x), "f"(b));
  return __float_as_uint(y);
}

// The larger of both, or NaN if one is (fmaxf drops NaN).
__device__ __forceinline__ float max_nan(float a, float b) {
  float y;
  asm("max.NaN.f32 %0, %1, %2;" : "=f"(y) : "f"(a), "f"(b));
  return y;
}

}  // namespace sparsek::ptx
