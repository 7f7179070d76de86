// What a GPU can do at most, by kernels that do nothing else: reads by plain loads, by bulk copies and by tensor copies
// (of memory that fits the L2 cache or not, as the caller chooses), copies, and matrix products by the shape of the
// instruction and by where its left operand lies.
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

// Dynamic shared memory from the first address that a tile with 128-byte swizzle may have.
__device__ __forceinline__ uint8_t* aligned_shared() {
  extern __shared__ uint8_t raw[];
  const uint32_t start = ptx::shared_address(raw);
  return raw + (sparsek::kProbeAlignment - start % sparsek::kProbeAlignment) % sparsek::kProbeAlignment;
}

// One thread a block waits for the oldest chunk of the ring, then calls load(destination, chunk, barrier) for the next.
template <typename Load>
__device__ __forceinline__ void read_by_copies(const ProbeParams& p, Load load) {
  __shared__ ptx::Barrier full[sparsek::kProbeStages];
  if (threadIdx.x != 0) return;
  uint8_t* ring = aligned_shared();
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
    load(ring + stage * sparsek::kProbeChunk, chunk, &full[stage]);
    chunk = chunk + gridDim.x < chunks ? chunk + gridDim.x : blockIdx.x;
  }
}

enum class Left { kShared, kRegisters };

// Instructions m64 x N x k16. Those narrower than the tile go over its columns in parts, all into the same sums.
template <typename T, int N, Left kLeft = Left::kShared>
__device__ __forceinline__ void multiply(const ProbeParams& p) {
  constexpr int kOperandA = sparsek::kProbeTileM * sparsek::kProbeTileK * 2;
  constexpr int kOperandsA = sparsek::kProbeWarpgroups * kOperandA;
  constexpr int kPartBytes = N * sparsek::kProbeTileK * 2;
  constexpr int kSteps = sparsek::kProbeTileK / 16;
  uint8_t* tiles = aligned_shared();
  // Where an element of the source lands is of no interest, so that no swizzle is applied.
  for (int i = static_cast<int>(threadIdx.x); i < sparsek::kProbeTiles * sparsek::kProbeTileBytes / 16;
       i += static_cast<int>(blockDim.x)) {
    reinterpret_cast<uint4*>(tiles)[i] = static_cast<const uint4*>(p.source)[i % (p.bytes / 16)];
  }
  ptx::fence_async_shared();
  __syncthreads();
  const int warpgroup = ptx::warp_uniform(static_cast<int>(threadIdx.x) / 128);
  uint32_t left[kSteps][4];
  if constexpr (kLeft == Left::kRegisters) {
#pragma unroll
    for (int i = 0; i < kSteps * 4; ++i) {
      left[i / 4][i % 4] = reinterpret_cast<const uint32_t*>(tiles)[i * blockDim.x + threadIdx.x];
    }
  }
  using Mma = ptx::Wgmma<T, N, 0, 0>;
  float sums[Mma::kAccumulators] = {};
  for (int pass = 0; pass < p.passes; ++pass) {
    ptx::wgmma_fence();
#pragma unroll
    for (int tile = 0; tile < sparsek::kProbeTiles; ++tile) {
      const uint8_t* base = tiles + tile * sparsek::kProbeTileBytes;
      const uint64_t a = sparsek::tile::k_major<sparsek::tile::Swizzle::k128>(base + warpgroup * kOperandA);
#pragma unroll
      for (int part = 0; part < sparsek::kProbeTileN / N; ++part) {
        const uint64_t b = sparsek::tile::k_major<sparsek::tile::Swizzle::k128>(base + kOperandsA + part * kPartBytes);
#pragma unroll
        for (int k = 0; k < kSteps; ++k) {
          const uint64_t b_step = sparsek::tile::advance(b, k * sparsek::tile::kStepKMajor);
          if constexpr (kLeft == Left::kRegisters) {
            Mma::rs(sums, left[k], b_step, 1);
          } else {
            Mma::ss(sums, sparsek::tile::advance(a, k * sparsek::tile::kStepKMajor), b_step, 1);
          }
        }
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

extern "C" __global__ void __launch_bounds__(32)
    sparsek_probe_bulk_read(const __grid_constant__ ProbeParams p) {
  read_by_copies(p, [&](uint8_t* to, int64_t chunk, ptx::Barrier* full) {
    const uint8_t* from = static_cast<const uint8_t*>(p.source) + chunk * sparsek::kProbeChunk;
    ptx::bulk_load(to, from, sparsek::kProbeChunk, full, ptx::kEvictNormal);
  });
}

extern "C" __global__ void __launch_bounds__(32)
    sparsek_probe_tensor_read(const __grid_constant__ ProbeParams p) {
  read_by_copies(p, [&](uint8_t* to, int64_t chunk, ptx::Barrier* full) {
    const int row = static_cast<int>(chunk) * sparsek::kProbeBoxRows;
    ptx::tma_load(to, &p.map, full, ptx::kEvictNormal, 0, row, 0);
  });
}

#define SPARSEK_PROBE_MULTIPLY(NAME, ...)                                                            \
  extern "C" __global__ void __launch_bounds__(128 * sparsek::kProbeWarpgroups, 1)                   \
      sparsek_probe_multiply_##NAME(const __grid_constant__ ProbeParams p) {                         \
    multiply<__VA_ARGS__>(p);                                                                        \
  }

SPARSEK_PROBE_MULTIPLY(f16, __half, 256)
SPARSEK_PROBE_MULTIPLY(bf16, __nv_bfloat16, 256)
SPARSEK_PROBE_MULTIPLY(f16_n128, __half, 128)
SPARSEK_PROBE_MULTIPLY(f16_n64, __half, 64)
SPARSEK_PROBE_MULTIPLY(f16_n32, __half, 32)
SPARSEK_PROBE_MULTIPLY(f16_n16, __half, 16)
SPARSEK_PROBE_MULTIPLY(f16_registers, __half, 256, Left::kRegisters)
SPARSEK_PROBE_MULTIPLY(f16_registers_n64, __half, 64, Left::kRegisters)
