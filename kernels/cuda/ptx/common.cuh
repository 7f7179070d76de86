// Shared helpers of the PTX layer: address conversion and lane election.
#pragma once

#include <cstdint>

namespace sparsek::ptx {

// 32-bit shared-memory address of a generic pointer, the form every shared-memory instruction takes.
__device__ __forceinline__ uint32_t shared_address(const void* pointer) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(pointer));
}

__device__ __forceinline__ void store_shared(uint32_t address, uint4 v) {
  asm volatile("st.shared.v4.u32 [%0], {%1,%2,%3,%4};" ::"r"(address), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w) : "memory");
}

// True in exactly one lane of a converged warp. Cheaper than `lane == 0` because ptxas knows that a single lane runs.
__device__ __forceinline__ bool elect_one() {
  uint32_t elected;
  asm volatile(
      "{\n\t.reg .pred p;\n\t"
      "elect.sync _|p, 0xffffffff;\n\t"
      "selp.u32 %0, 1, 0, p;\n\t}"
      : "=r"(elected));
  return elected != 0;
}

// The value of lane 0, which tells the compiler that it is uniform, so that it can live in a uniform register.
__device__ __forceinline__ int warp_uniform(int value) { return __shfl_sync(0xffffffffu, value, 0); }

__device__ __forceinline__ int lane_index() { return static_cast<int>(threadIdx.x & 31u); }

// Index of the warp inside the block, known to be uniform.
__device__ __forceinline__ int warp_index() { return warp_uniform(static_cast<int>(threadIdx.x >> 5)); }

}  // namespace sparsek::ptx
