// cp.async (sm_80 and later): 16-byte copies from global to shared memory that bypass registers.
#pragma once

#include "common.cuh"

namespace sparsek::ptx {

// Copies `bytes` (0..16) and fills the rest of the 16 with zeros; the source is not read when bytes is 0.
__device__ __forceinline__ void cp_async_16(uint32_t destination, const void* source, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(destination), "l"(source), "r"(bytes) : "memory");
}

// The same through L1, for what neighbouring warps read as well.
__device__ __forceinline__ void cp_async_16_cached(uint32_t destination, const void* source, int bytes) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 16, %2;" ::"r"(destination), "l"(source), "r"(bytes) : "memory");
}

__device__ __forceinline__ void cp_async_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }

template <int Pending>
__device__ __forceinline__ void cp_async_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

}  // namespace sparsek::ptx
