// What a GPU can do at most, by kernels that do nothing else: reads by plain loads and by bulk copies (of memory that
// fits the L2 cache or not, as the caller chooses), copies, and matrix products of operands in shared memory.
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include "../ptx/fence.cuh"
#include "../ptx/mbarrier.cuh"
#include "../ptx/tma.cuh"
#include "../ptx/wgmma.cuh"
#include "../tile/descriptor.cuh"
#include "probe_params.h"

namespace {

using sparsek::ProbeParams;
namespace ptx = sparsek::ptx;

// One chunk: every thread has all of its loads under way before the first is used. L1 is left out.
__device__ __forceinline__ void load_chunk(uint4 (&words)[sparsek::kProbeLoads], const ProbeParams& p, int64_t chunk) {
  const auto* from = static_cast<const uint4*>(p.source) + chunk * (sparsek::kProbeChunk / 16) + threadIdx.x;
#pragma unroll
  for (int i = 0; i < sparsek::kProbeLoads; ++i) words[i] = __ldcg(from + i * sparsek::kProbeThreads);
}

template <typename T>
__device__ __forceinline__ void multiply(const ProbeParams& p) {
  constexpr int kOperandA = sparsek::kProbeTileM * sparsek::kProbeTileK * 2;
  extern __shared__ uint8_t raw[];
  const uint32_t start = ptx::shared_address(raw);
  uint8_t* tiles = raw + (sparsek::kProbeAlignment - start % sparsek::kProbeAlignment) % sparsek::kProbeAlignment;
  // Where an element of the source lands is of no interest, so that no swizzle is applied.
  for (int i = static_cast<int>(threadIdx.x); i < sparsek::kProbeTiles * sparsek::kProbeTileBytes / 16;
       i += static_cast<int>(blockDim.x)) {
    reinterpret_cast<uint4*>(tiles)[i] = static_cast<const uint4*>(p.source)[i % (p.bytes / 16)];
  }
  ptx::fence_async_shared();
  __syncthreads();
  const int warpgroup = ptx::warp_uniform(static_cast<int>(threadIdx.x) / 128);
  using Mma = ptx::Wgmma<T, sparsek::kProbeTileN, 0, 0>;
  float sums[Mma::kAccumulators] = {};
  for (int pass = 0; pass < p.passes; ++pass) {
    ptx::wgmma_fence();
#pragma unroll
    for (int tile = 0; tile < sparsek::kProbeTiles; ++tile) {
      const uint8_t* base = tiles + tile * sparsek::kProbeTileBytes;
      const uint64_t a = sparsek::tile::k_major<sparsek::tile::Swizzle::k128>(base + warpgroup * kOperandA);
      const uint64_t b =
          sparsek::tile::k_major<sparsek::tile::Swizzle::k128>(base + sparsek::kProbeWarpgroups * kOperandA);
#pragma unroll
      for (int k = 0; k < sparsek::kProbeTileK / 16; ++k) {
        Mma::ss(sums, sparsek::tile::advance(a, k * sparsek::tile::kStepKMajor),
                sparsek::tile::advance(b, k * sparsek::tile::kStepKMajor), 1);
      }
    }
    ptx::wgmma_commit();
    ptx::wgmma_wait<0>();
  }
  ptx::pin(sums);
  float total = 0;
#pragma unroll
  for (float sum : sums) total += sum;
  static_cast<float*>(p.target)[blockIdx.x * blockDim.x + threadIdx.x] = total;
}

}  // namespace

extern "C" __global__ void __launch_bounds__(sparsek::kProbeThreads, sparsek::kProbeBlocks)
    sparsek_probe_read(const __grid_constant__ ProbeParams p) {
  uint4 words[sparsek::kProbeLoads];
  uint32_t mixed = 0;
  for (int pass = 0; pass < p.passes; ++pass) {
    for (int64_t chunk = blockIdx.x; chunk < p.bytes / sparsek::kProbeChunk; chunk += gridDim.x) {
      load_chunk(words, p, chunk);
#pragma unroll
      for (const uint4& word : words) mixed ^= word.x ^ word.y ^ word.z ^ word.w;
    }
  }
  static_cast<uint32_t*>(p.target)[blockIdx.x * blockDim.x + threadIdx.x] = mixed;
}

extern "C" __global__ void __launch_bounds__(sparsek::kProbeThreads, sparsek::kProbeBlocks)
    sparsek_probe_copy(const __grid_constant__ ProbeParams p) {
  uint4 words[sparsek::kProbeLoads];
  for (int pass = 0; pass < p.passes; ++pass) {
    for (int64_t chunk = blockIdx.x; chunk < p.bytes / sparsek::kProbeChunk; chunk += gridDim.x) {
      load_chunk(words, p, chunk);
      auto* to = static_cast<uint4*>(p.target) + chunk * (sparsek::kProbeChunk / 16) + threadIdx.x;
#pragma unroll
      for (int i = 0; i < sparsek::kProbeLoads; ++i) __stcg(to + i * sparsek::kProbeThreads, words[i]);
    }
  }
}

// One thread a block: it waits for the oldest chunk of the ring and asks for the next.
extern "C" __global__ void __launch_bounds__(32)
    sparsek_probe_bulk_read(const __grid_constant__ ProbeParams p) {
  extern __shared__ __align__(128) uint8_t ring[];
  __shared__ ptx::Barrier full[sparsek::kProbeStages];
  if (threadIdx.x != 0) return;
  for (int stage = 0; stage < sparsek::kProbeStages; ++stage) ptx::mbarrier_init(&full[stage], 1);
  ptx::mbarrier_init_fence();
  const int64_t chunks = p.bytes / sparsek::kProbeChunk;
  const int64_t own = blockIdx.x < chunks ? (chunks - blockIdx.x + gridDim.x - 1) / gridDim.x : 0;
  const int64_t total = own * p.passes;
  int64_t chunk = blockIdx.x;
  for (int64_t n = 0; n < total + sparsek::kProbeStages; ++n) {
    const int stage = static_cast<int>(n % sparsek::kProbeStages);
    if (n >= sparsek::kProbeStages && n - sparsek::kProbeStages < total) {
      ptx::mbarrier_wait(&full[stage], static_cast<uint32_t>(n / sparsek::kProbeStages - 1) & 1);
    }
    if (n >= total) continue;
    ptx::mbarrier_arrive_expect(&full[stage], sparsek::kProbeChunk);
    ptx::bulk_load(ring + stage * sparsek::kProbeChunk,
                   static_cast<const uint8_t*>(p.source) + chunk * sparsek::kProbeChunk, sparsek::kProbeChunk,
                   &full[stage], ptx::kEvictNormal);
    chunk = chunk + gridDim.x < chunks ? chunk + gridDim.x : blockIdx.x;
  }
}

extern "C" __global__ void __launch_bounds__(128 * sparsek::kProbeWarpgroups, 1)
    sparsek_probe_multiply_f16(const __grid_constant__ ProbeParams p) {
  multiply<__half>(p);
}

extern "C" __global__ void __launch_bounds__(128 * sparsek::kProbeWarpgroups, 1)
    sparsek_probe_multiply_bf16(const __grid_constant__ ProbeParams p) {
  multiply<__nv_bfloat16>(p);
}
