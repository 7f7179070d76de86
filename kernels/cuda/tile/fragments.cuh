// Register fragments: conversion of float32 accumulators to packed 16-bit pairs and where they belong in a tile.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

namespace sparsek::tile {

// Two floats as 16-bit words, `low` in the low half (the lower column).
template <typename T>
__device__ __forceinline__ uint32_t pack(float low, float high);

template <>
__device__ __forceinline__ uint32_t pack<__half>(float low, float high) {
  uint32_t packed;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));  // the first source is the high half
  return packed;
}

template <>
__device__ __forceinline__ uint32_t pack<__nv_bfloat16>(float low, float high) {
  uint32_t packed;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
  return packed;
}

template <typename T>
__device__ __forceinline__ float2 unpack(uint32_t packed);

template <>
__device__ __forceinline__ float2 unpack<__half>(uint32_t packed) {
  return __half22float2(*reinterpret_cast<__half2*>(&packed));
}

template <>
__device__ __forceinline__ float2 unpack<__nv_bfloat16>(uint32_t packed) {
  return make_float2(__uint_as_float(packed << 16), __uint_as_float(packed & 0xffff0000u));
}

// Column of accumulator i of thread t in a wgmma m64nN tile.
__device__ __forceinline__ int accumulator_column(int thread, int i) {
  return 8 * (i >> 2) + 2 * (thread & 3) + (i & 1);
}

// Sixteen accumulator columns (8 floats from `first`) as one 64 x 16 A fragment of the next product, or as the four
// registers of a stmatrix.x4: no shuffles are needed.
template <typename T, int Count>
__device__ __forceinline__ void pack_columns(uint32_t (&out)[4], const float (&d)[Count], int first) {
  out[0] = pack<T>(d[first + 0], d[first + 1]);
  out[1] = pack<T>(d[first + 2], d[first + 3]);
  out[2] = pack<T>(d[first + 4], d[first + 5]);
  out[3] = pack<T>(d[first + 6], d[first + 7]);
}

}  // namespace sparsek::tile
