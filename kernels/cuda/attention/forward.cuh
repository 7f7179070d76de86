// Fused block-sparse attention, forward: O = softmax(scale Q K^T + mask) V over the visible blocks.
//
// One persistent CTA an SM: warp 0 produces, warp 1 schedules, warpgroups 1 and 2 consume (with blocks of 64,
// warps 0 and 1 for warpgroup 1, warps 2 and 3 for warpgroup 2). See docs/kernels/attention.md.
#pragma once

#include "../ptx/grid_dependency.cuh"
#include "../ptx/setmaxnreg.cuh"
#include "../tile/swizzle.cuh"
#include "consumer.cuh"
#include "producer.cuh"

namespace sparsek::attention {

template <typename C>
__device__ __forceinline__ void init_barriers(SharedStorage<C>& s) {
  constexpr int kReleases = 4 * C::kTeam;  // one lane of each consumer warp
  ptx::mbarrier_init(&s.plan_full, 32);
  ptx::mbarrier_init(&s.plan_empty, 32);
  for (int i = 0; i < C::kQStages; ++i) {
    ptx::mbarrier_init(&s.q_full[i], 1);
    ptx::mbarrier_init(&s.q_empty[i], 32 * kReleases);  // every lane
  }
  for (int i = 0; i < C::kKStages; ++i) {
    ptx::mbarrier_init(&s.k_full[i], 1);
    ptx::mbarrier_init(&s.k_empty[i], kReleases);
  }
  for (int i = 0; i < C::kVStages; ++i) {
    ptx::mbarrier_init(&s.v_full[i], 1);
    ptx::mbarrier_init(&s.v_empty[i], kReleases);
  }
  ptx::mbarrier_init_fence();
}

template <typename C>
__device__ __forceinline__ void forward(const Params& p) {
  static_assert(kFitsLaunch<C>);
  extern __shared__ uint8_t dynamic[];
  const uint32_t base = ptx::shared_address(dynamic);
  auto* shared = reinterpret_cast<SharedStorage<C>*>(dynamic + (tile::kTileAlignment - base % tile::kTileAlignment) %
                                                                            tile::kTileAlignment);  // one a team
  if (threadIdx.x == 0) {
    ptx::tma_prefetch_map(&p.q);
    ptx::tma_prefetch_map(&p.k);
    ptx::tma_prefetch_map(&p.v);
    ptx::tma_prefetch_map(&p.o);
    for (int team = 0; team < C::kTeams; ++team) init_barriers(shared[team]);
  }
  __syncthreads();
  ptx::grid_dependency_launch();
  ptx::grid_dependency_wait();
  const int warpgroup = ptx::warp_uniform(static_cast<int>(threadIdx.x / 128));
  if (warpgroup == 0) {
    ptx::setmaxnreg_dec<kProducerRegisters>();
    const int team = ptx::warp_index() / 2;
    if (team >= C::kTeams) return;
    if (ptx::warp_index() % 2 == 0) {
      Producer<C>(p, shared[team]).run();
    } else {
      schedule<C>(p, shared[team]);
    }
  } else {
    ptx::setmaxnreg_inc<kConsumerRegisters>();
    Consumer<C>(p, shared[(warpgroup - 1) / C::kTeam], warpgroup - 1, static_cast<int>(threadIdx.x % 128)).run();
  }
}

}  // namespace sparsek::attention

#define SPARSEK_ATTENTION_KERNEL(NAME, TYPE, DIM, MODIFIED, SIDE)                                 \
  extern "C" __global__ void __launch_bounds__(sparsek::attention::kThreads, 1)                   \
      NAME(const __grid_constant__ sparsek::attention::Params params) {                           \
    sparsek::attention::forward<sparsek::attention::Config<TYPE, DIM, MODIFIED, SIDE>>(params);   \
  }

// The four instances of a head dimension and a block edge.
#define SPARSEK_ATTENTION_KERNELS(DIM, SIDE)                                                                         \
  SPARSEK_ATTENTION_KERNEL(sparsek_attention_f16_d##DIM##_b##SIDE, __half, DIM, false, SIDE)                         \
  SPARSEK_ATTENTION_KERNEL(sparsek_attention_bf16_d##DIM##_b##SIDE, __nv_bfloat16, DIM, false, SIDE)                 \
  SPARSEK_ATTENTION_KERNEL(sparsek_attention_f16_d##DIM##_b##SIDE##_modified, __half, DIM, true, SIDE)               \
  SPARSEK_ATTENTION_KERNEL(sparsek_attention_bf16_d##DIM##_b##SIDE##_modified, __nv_bfloat16, DIM, true, SIDE)
