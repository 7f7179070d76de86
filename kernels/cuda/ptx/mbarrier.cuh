// mbarrier: a barrier in shared memory that counts arrivals and, for bulk copies, bytes.
//
// Phases: a barrier starts in phase 0. `wait(bar, p)` returns once the phase of parity p has completed, so a consumer
// waits with 0 first, and a producer that waits for an empty slot starts with 1, which falls through at once.
#pragma once

#include "common.cuh"

namespace sparsek::ptx {

using Barrier = uint64_t;

__device__ __forceinline__ void mbarrier_init(Barrier* bar, uint32_t arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(shared_address(bar)), "r"(arrivals) : "memory");
}

// Makes the initialised barriers visible to the other CTAs of the cluster and to the copy engine. A block or cluster
// barrier must follow.
__device__ __forceinline__ void mbarrier_init_fence() {
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
}

__device__ __forceinline__ void mbarrier_arrive(Barrier* bar) {
  asm volatile("mbarrier.arrive.release.cta.shared::cta.b64 _, [%0];" ::"r"(shared_address(bar)) : "memory");
}

// Arrives on the barrier at the same offset in CTA `cta` of the cluster (the caller's own rank is allowed). Relaxed: it
// hands back a slot whose readers have completed (wgmma wait_group); ordinary writes are not published by it.
__device__ __forceinline__ void mbarrier_arrive_cluster(Barrier* bar, uint32_t cta) {
  asm volatile(
      "{\n\t.reg .b32 remote;\n\t"
      "mapa.shared::cluster.u32 remote, %0, %1;\n\t"
      "mbarrier.arrive.relaxed.cluster.shared::cluster.b64 _, [remote];\n\t}" ::"r"(shared_address(bar)),
      "r"(cta)
      : "memory");
}

// One arrival that also announces `bytes` still to be delivered by bulk copies in this phase.
__device__ __forceinline__ void mbarrier_arrive_expect(Barrier* bar, uint32_t bytes) {
  asm volatile("mbarrier.arrive.expect_tx.release.cta.shared::cta.b64 _, [%0], %1;" ::"r"(shared_address(bar)),
               "r"(bytes)
               : "memory");
}

// try_wait suspends the thread for a bounded time and may return early, hence the loop, written in PTX so that the
// compiler cannot duplicate it.
__device__ __forceinline__ void mbarrier_wait(Barrier* bar, uint32_t parity) {
  asm volatile(
      "{\n\t.reg .pred done;\n\t"
      "RETRY:\n\t"
      "mbarrier.try_wait.parity.acquire.cta.shared::cta.b64 done, [%0], %1;\n\t"
      "@done bra READY;\n\t"
      "bra RETRY;\n\t"
      "READY:\n\t}" ::"r"(shared_address(bar)),
      "r"(parity)
      : "memory");
}

}  // namespace sparsek::ptx
