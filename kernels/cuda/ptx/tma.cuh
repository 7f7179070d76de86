// Bulk copies by the tensor memory accelerator (sm_90): loads complete on an mbarrier, stores in bulk groups.
//
// Coordinates are in elements, innermost dimension first. Elements outside the tensor read as zero (and still count as
// delivered bytes) and are not written. Destinations in shared memory are 128-byte aligned; 1024 with 128-byte swizzle.
#pragma once

#include "common.cuh"
#include "mbarrier.cuh"

namespace sparsek::ptx {

// L2 eviction policies, the constants that createpolicy gives for the whole-range policies.
constexpr uint64_t kEvictNormal = 0x1000000000000000ull;
constexpr uint64_t kEvictFirst = 0x12F0000000000000ull;
constexpr uint64_t kEvictLast = 0x14F0000000000000ull;

__device__ __forceinline__ void tma_prefetch_map(const void* map) {
  asm volatile("prefetch.tensormap [%0];" ::"l"(map) : "memory");
}

// ---- tensor loads ------------------------------------------------------------------------------------------------
#define SPARSEK_TMA_LOAD(DIMS, COORDS, ...)                                                                          \
  asm volatile("cp.async.bulk.tensor." DIMS                                                                          \
               ".shared::cluster.global.tile.mbarrier::complete_tx::bytes.L2::cache_hint [%0], [%1, {" COORDS        \
               "}], [%2], %3;" ::"r"(shared_address(dst)),                                                           \
               "l"(map), "r"(shared_address(bar)), "l"(policy), __VA_ARGS__                                          \
               : "memory")

__device__ __forceinline__ void tma_load(void* dst, const void* map, Barrier* bar, uint64_t policy, int c0, int c1,
                                         int c2) {
  SPARSEK_TMA_LOAD("3d", "%4,%5,%6", "r"(c0), "r"(c1), "r"(c2));
}
__device__ __forceinline__ void tma_load(void* dst, const void* map, Barrier* bar, uint64_t policy, int c0, int c1,
                                         int c2, int c3) {
  SPARSEK_TMA_LOAD("4d", "%4,%5,%6,%7", "r"(c0), "r"(c1), "r"(c2), "r"(c3));
}
#undef SPARSEK_TMA_LOAD

// Multicast: the box lands at the same offset in every CTA of `ctas` (a bit mask) and completes on the barrier at the
// same offset there.
#define SPARSEK_TMA_MULTICAST(DIMS, COORDS, ...)                                                                     \
  asm volatile("cp.async.bulk.tensor." DIMS                                                                          \
               ".shared::cluster.global.tile.mbarrier::complete_tx::bytes.multicast::cluster.L2::cache_hint [%0], "  \
               "[%1, {" COORDS "}], [%2], %3, %4;" ::"r"(shared_address(dst)),                                       \
               "l"(map), "r"(shared_address(bar)), "h"(ctas), "l"(policy), __VA_ARGS__                               \
               : "memory")

__device__ __forceinline__ void tma_load_multicast(void* dst, const void* map, Barrier* bar, uint16_t ctas,
                                                   uint64_t policy, int c0, int c1, int c2) {
  SPARSEK_TMA_MULTICAST("3d", "%5,%6,%7", "r"(c0), "r"(c1), "r"(c2));
}
#undef SPARSEK_TMA_MULTICAST

// ---- flat copies --------------------------------------------------------------------------------------------------
// `bytes` is a multiple of 16, both addresses 16-byte aligned.
__device__ __forceinline__ void bulk_load(void* dst, const void* src, uint32_t bytes, Barrier* bar, uint64_t policy) {
  asm volatile(
      "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint [%0], [%1], %2, [%3], %4;" ::"r"(
          shared_address(dst)),
      "l"(src), "r"(bytes), "r"(shared_address(bar)), "l"(policy)
      : "memory");
}

// ---- stores -------------------------------------------------------------------------------------------------------
__device__ __forceinline__ void tma_store(const void* map, const void* src, int c0, int c1, int c2, int c3) {
  asm volatile("cp.async.bulk.tensor.4d.global.shared::cta.tile.bulk_group [%0, {%2,%3,%4,%5}], [%1];" ::"l"(map),
               "r"(shared_address(src)), "r"(c0), "r"(c1), "r"(c2), "r"(c3)
               : "memory");
}

// The same with an L2 eviction policy.
__device__ __forceinline__ void tma_store_hint(const void* map, const void* src, uint64_t policy, int c0, int c1,
                                               int c2) {
  asm volatile(
      "cp.async.bulk.tensor.3d.global.shared::cta.tile.bulk_group.L2::cache_hint [%0, {%2,%3,%4}], [%1], %5;" ::"l"(map),
      "r"(shared_address(src)), "r"(c0), "r"(c1), "r"(c2), "l"(policy)
      : "memory");
}

__device__ __forceinline__ void bulk_commit() { asm volatile("cp.async.bulk.commit_group;" ::: "memory"); }

// Waits until at most Pending of the calling thread's store groups still read shared memory.
template <int Pending>
__device__ __forceinline__ void bulk_wait_read() {
  asm volatile("cp.async.bulk.wait_group.read %0;" ::"n"(Pending) : "memory");
}

// Waits until at most Pending of the calling thread's store groups are incomplete.
template <int Pending>
__device__ __forceinline__ void bulk_wait() {
  asm volatile("cp.async.bulk.wait_group %0;" ::"n"(Pending) : "memory");
}

}  // namespace sparsek::ptx
