// Reading and writing single elements and groups of four of a run-time element type.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "../include/epilogue_params.h"
#include "../tile/fragments.cuh"

namespace sparsek::epilogue {

__device__ __forceinline__ float load_element(const void* base, int64_t index, ElementType type) {
  if (type == ElementType::kF32) return static_cast<const float*>(base)[index];
  if (type == ElementType::kF16) return __half2float(static_cast<const __half*>(base)[index]);
  return __bfloat162float(static_cast<const __nv_bfloat16*>(base)[index]);
}

__device__ __forceinline__ void store_element(void* base, int64_t index, ElementType type, float value) {
  if (type == ElementType::kF32) {
    static_cast<float*>(base)[index] = value;
  } else if (type == ElementType::kF16) {
    static_cast<__half*>(base)[index] = __float2half_rn(value);
  } else {
    static_cast<__nv_bfloat16*>(base)[index] = __float2bfloat16_rn(value);
  }
}

// Four neighbours; the address is a multiple of four elements.
__device__ __forceinline__ void store_four(void* base, int64_t index, ElementType type, float4 v) {
  if (type == ElementType::kF32) {
    *reinterpret_cast<float4*>(static_cast<float*>(base) + index) = v;
  } else {
    const uint2 packed = type == ElementType::kF16
                             ? make_uint2(tile::pack<__half>(v.x, v.y), tile::pack<__half>(v.z, v.w))
                             : make_uint2(tile::pack<__nv_bfloat16>(v.x, v.y), tile::pack<__nv_bfloat16>(v.z, v.w));
    *reinterpret_cast<uint2*>(static_cast<uint16_t*>(base) + index) = packed;
  }
}

}  // namespace sparsek::epilogue
