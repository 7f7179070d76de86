// C tile (128 x 256) = sum over stored blocks of A (128 or 2 x 64 rows) times panels of B, for sm_90a.
//
// Roles: warpgroup 0 loads (one warp), warpgroups 1 and 2 multiply, 64 rows each. A ring of four stages, each 64 deep in
// k: A 128 x 64 (16 KB, K-major) and B 64 x 256 (32 KB). A block of 128 rows fills both halves of A; blocks of 64 rows
// come in pairs of block rows that share panels of B (a union list), and a half without a block skips the stage.
//
// With Cluster = 2 two CTAs take neighbouring column panels of the same rows, and each loads half of A for both.
#pragma once

#include "../epilogue/general.cuh"
#include "../epilogue/staged.cuh"
#include "../pipeline/ring.cuh"
#include "../ptx/cluster.cuh"
#include "../ptx/mbarrier.cuh"
#include "../ptx/setmaxnreg.cuh"
#include "../ptx/tma.cuh"
#include "../ptx/wgmma.cuh"
#include "../scheduler/work_list.cuh"
#include "../tile/descriptor.cuh"
#include "wide_params.h"

namespace sparsek::gemm {

enum class Order { kRow, kColumn };

template <typename T, int BlockRows, int BlockColumns, Order BOrder, int Cluster>
struct Wide {
  static_assert(BlockRows == 128 || BlockRows == 64);
  static_assert(BlockColumns == 128 || BlockColumns == 64);

  static constexpr int kStages = 4;
  static constexpr int kConsumers = 2;
  static constexpr int kHalfRows = 64;                         // rows of one consumer
  static constexpr int kN = kWideTileColumns;
  static constexpr int kK = kWideStepK;
  static constexpr int kHalfBytes = kHalfRows * kK * 2;        // 8 KB of A
  static constexpr int kABytes = kConsumers * kHalfBytes;
  static constexpr int kBBytes = kK * kN * 2;
  static constexpr int kStageBytes = kABytes + kBBytes;
  static constexpr int kBChunkBytes = kK * 128;                // 64 columns of B, row-major
  static constexpr int kStepsPerBlock = BlockColumns / kK;
  static constexpr int kStagingBytes = 2 * epilogue::kStagedChunkBytes;  // of one consumer
  static constexpr bool kPairs = BlockRows == 64;
  // 40 + 2 * 232 registers times 128 threads fill the register file.
  static constexpr int kProducerRegisters = 40;
  static constexpr int kConsumerRegisters = 232;
  static_assert(epilogue::kGeneralBytes <= kStagingBytes);

  struct Shared {
    alignas(1024) char stage[kStages][kStageBytes];
    alignas(1024) char staging[kConsumers][kStagingBytes];
    ptx::Barrier full[kStages];
    ptx::Barrier empty[kStages];
    int mask[kStages];  // which halves have a block in this stage (pairs only)
  };
  static constexpr int kSharedBytes = sizeof(Shared) + 1024;  // slack to align the base
  using Ring = pipeline::RingPosition<kStages>;

  // ---- producer ---------------------------------------------------------------------------------------------------
  // Lane i holds entry first + i of the item, so that one coalesced load serves 32 entries.
  __device__ static PairEntry load_entry(const WideParams& p, const WorkItem& item, int offset) {
    const int index = item.first + offset + ptx::lane_index();
    PairEntry entry{0, {-1, -1}, 0};
    if (index >= item.last) return entry;
    if constexpr (kPairs) {
      const int4 word = __ldg(reinterpret_cast<const int4*>(p.pairs) + index);
      entry = PairEntry{word.x, {word.y, word.z}, word.w};
    } else {
      entry = PairEntry{__ldg(p.indices + index) * BlockColumns, {index, index}, 3};
    }
    return entry;
  }

  __device__ static void load_a(const WideParams& p, Shared& s, int slot, const PairEntry& entry, int k, int batch,
                                uint32_t rank) {
    char* a = s.stage[slot];
    if constexpr (kPairs) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        if (entry.block[half] < 0) continue;
        const int row = entry.block[half] * kHalfRows;
        if constexpr (Cluster == 1) {
          ptx::tma_load(a + half * kHalfBytes, &p.a, &s.full[slot], ptx::kEvictNormal, k, row, batch);
        } else {
          ptx::tma_load_multicast(a + half * kHalfBytes + rank * (kHalfBytes / 2), &p.a, &s.full[slot], 3,
                                  ptx::kEvictNormal, k, row + static_cast<int>(rank) * (kHalfRows / 2), batch);
        }
      }
    } else {
      const int row = entry.block[0] * BlockRows;
      if constexpr (Cluster == 1) {
        ptx::tma_load(a, &p.a, &s.full[slot], ptx::kEvictNormal, k, row, batch);
      } else {
        ptx::tma_load_multicast(a + rank * kHalfBytes, &p.a, &s.full[slot], 3, ptx::kEvictNormal, k,
                                row + static_cast<int>(rank) * kHalfRows, batch);
      }
    }
  }

  __device__ static void load_b(const WideParams& p, Shared& s, int slot, int k, int column, int batch) {
    char* b = s.stage[slot] + kABytes;
    if constexpr (BOrder == Order::kRow) {
#pragma unroll
      for (int chunk = 0; chunk < kN / 64; ++chunk)
        ptx::tma_load(b + chunk * kBChunkBytes, &p.b, &s.full[slot], ptx::kEvictLast, column + 64 * chunk, k, batch);
    } else {
      ptx::tma_load(b, &p.b, &s.full[slot], ptx::kEvictLast, k, column, batch);
    }
  }

  __device__ static void produce(const WideParams& p, Shared& s, int owner, uint32_t rank) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    Ring ring;
    PairEntry ahead = load_entry(p, work.current(), 0);
    for (; !work.done(); work.advance()) {
      const WorkItem& item = work.current();
      const int column = (item.panel * Cluster + static_cast<int>(rank)) * kN;
      const int a_batch = p.a_batched ? item.batch : 0;
      PairEntry mine = ahead;
      ahead = load_entry(p, work.next(), 0);
      const int count = item.last - item.first;
      for (int offset = 0; offset < count; offset += 32) {
        if (offset > 0) mine = load_entry(p, item, offset);
        const int lanes = min(32, count - offset);
        for (int i = 0; i < lanes; ++i) {
          PairEntry entry;
          entry.k = __shfl_sync(~0u, mine.k, i);
          entry.block[0] = __shfl_sync(~0u, mine.block[0], i);
          entry.block[1] = kPairs ? __shfl_sync(~0u, mine.block[1], i) : entry.block[0];
          entry.mask = kPairs ? __shfl_sync(~0u, mine.mask, i) : 3;
#pragma unroll
          for (int step = 0; step < kStepsPerBlock; ++step) {
            ptx::mbarrier_wait(&s.empty[ring.slot], ring.parity ^ 1);
            if (ptx::elect_one()) {
              const int bytes = kPairs ? kBBytes + __popc(entry.mask) * kHalfBytes : kStageBytes;
              if constexpr (kPairs) s.mask[ring.slot] = entry.mask;
              ptx::mbarrier_arrive_expect(&s.full[ring.slot], bytes);
              load_a(p, s, ring.slot, entry, step * kK, a_batch, rank);
              load_b(p, s, ring.slot, entry.k + step * kK, column, item.batch);
            }
            __syncwarp();
            ring.advance();
          }
        }
      }
    }
  }

  // ---- consumers --------------------------------------------------------------------------------------------------
  // One thread answers for the warpgroup: wgmma groups belong to the warpgroup, and wait_group returns when the whole
  // group has completed.
  __device__ static void release(Shared& s, int slot, int thread) {
    if constexpr (Cluster == 1) {
      if (thread == 0) ptx::mbarrier_arrive(&s.empty[slot]);
    } else {
      if (thread < Cluster) ptx::mbarrier_arrive_cluster(&s.empty[slot], thread);
    }
  }

  __device__ static void multiply_stage(float (&d)[kN / 2], uint64_t a, uint64_t b, int accumulate) {
    constexpr int kTransB = BOrder == Order::kRow ? 1 : 0;
    constexpr uint32_t kBStep = BOrder == Order::kRow ? tile::kStepMnMajor : tile::kStepKMajor;
    ptx::wgmma_fence();
#pragma unroll
    for (int k = 0; k < kK / 16; ++k) {
      ptx::Wgmma<T, kN, 0, kTransB>::ss(d, tile::advance(a, k * tile::kStepKMajor), tile::advance(b, k * kBStep),
                                        k == 0 ? accumulate : 1);
    }
    ptx::wgmma_commit();
  }

  __device__ static void consume(const WideParams& p, Shared& s, int owner, uint32_t rank, int consumer, int thread) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    Ring ring;
    const uint64_t a_base = tile::k_major<tile::Swizzle::k128>(s.stage[0] + consumer * kHalfBytes);
    const uint64_t b_base = BOrder == Order::kRow ? tile::mn_major(s.stage[0] + kABytes, kBChunkBytes)
                                                  : tile::k_major<tile::Swizzle::k128>(s.stage[0] + kABytes);
    float d[kN / 2];
    for (; !work.done(); work.advance()) {
      const WorkItem& item = work.current();
      const int steps = (item.last - item.first) * kStepsPerBlock;
      int accumulate = 0;
      int unreleased = -1;
      for (int step = 0; step < steps; ++step) {
        ptx::mbarrier_wait(&s.full[ring.slot], ring.parity);
        bool active = true;
        if constexpr (kPairs) active = (ptx::warp_uniform(s.mask[ring.slot]) >> consumer) & 1;
        if (active) {
          multiply_stage(d, tile::advance(a_base, ring.slot * kStageBytes), tile::advance(b_base, ring.slot * kStageBytes),
                         accumulate);
          accumulate = 1;
          ptx::wgmma_wait<1>();
          if (unreleased >= 0) release(s, unreleased, thread);
          unreleased = ring.slot;
        } else {
          // The stage that is still held must go too: the ring may come round to it before this half has a block again.
          ptx::wgmma_wait<0>();
          ptx::warpgroup_sync<1, kConsumers>(consumer);  // all four warps have read the mask
          if (unreleased >= 0) release(s, unreleased, thread);
          unreleased = -1;
          release(s, ring.slot, thread);
        }
        ring.advance();
      }
      ptx::wgmma_wait<0>();
      if (unreleased >= 0) release(s, unreleased, thread);
      ptx::pin(d);
      if (!accumulate) {
#pragma unroll
        for (int i = 0; i < kN / 2; ++i) d[i] = 0.0f;
      }
      store(p, s, item, d, rank, consumer, thread);
    }
    if (thread == 0) ptx::bulk_wait<0>();
  }

  __device__ static void store(const WideParams& p, Shared& s, const WorkItem& item, float (&d)[kN / 2], uint32_t rank,
                               int consumer, int thread) {
    const int row0 = consumer == 0 ? item.slot_row[0] : item.slot_row[1];
    const int column0 = (item.panel * Cluster + static_cast<int>(rank)) * kN;
    char* staging = s.staging[consumer];
    if (row0 < 0) return;
    if (item.partial < 0 && p.epilogue.staged) {
      if (epilogue::needs_transform(p.epilogue)) epilogue::transform(d, p.epilogue, row0, thread);
      epilogue::staged_store<T, 1, kConsumers, kN / 64>(staging, p.c, d, row0, column0, item.batch, p.epilogue.columns,
                                                        consumer, thread);
      return;
    }
    if (thread == 0) ptx::bulk_wait_read<0>();
    float* tile = p.partials + (static_cast<int64_t>(item.partial) * Cluster + rank) * (kWideTileRows * kN) +
                  consumer * kHalfRows * kN;
#pragma unroll
    for (int chunk = 0; chunk < kN / 64; ++chunk) {
      ptx::warpgroup_sync<1, kConsumers>(consumer);
      epilogue::stage_chunk(reinterpret_cast<float*>(staging), d, 32 * chunk, thread);
      ptx::warpgroup_sync<1, kConsumers>(consumer);
      if (item.partial >= 0) {
        epilogue::partial_store(reinterpret_cast<const float*>(staging), tile, kN, 64 * chunk, thread);
      } else {
        epilogue::general_store(reinterpret_cast<const float*>(staging), p.epilogue, item.batch, row0,
                                column0 + 64 * chunk, thread);
      }
    }
  }

  // ---- kernel -----------------------------------------------------------------------------------------------------
  __device__ static void run(const WideParams& p) {
    extern __shared__ char raw[];
    const uint32_t misaligned = ptx::shared_address(raw) & 1023;
    Shared& s = *reinterpret_cast<Shared*>(raw + (misaligned ? 1024 - misaligned : 0));
    const int warp = ptx::warp_index();
    const uint32_t rank = Cluster > 1 ? ptx::cluster_rank() : 0;
    const int owner = static_cast<int>(blockIdx.x) / Cluster;

    if (threadIdx.x == 0) {
      for (int i = 0; i < kStages; ++i) {
        ptx::mbarrier_init(&s.full[i], 1);
        ptx::mbarrier_init(&s.empty[i], kConsumers * Cluster);
      }
      ptx::mbarrier_init_fence();
      if (p.has_blocks) {
        ptx::tma_prefetch_map(&p.a);
        ptx::tma_prefetch_map(&p.b);
      }
      if (p.epilogue.staged) ptx::tma_prefetch_map(&p.c);
    }
    if constexpr (Cluster > 1) {
      ptx::cluster_sync();
    } else {
      __syncthreads();
    }

    if (warp < 4) {
      ptx::setmaxnreg_dec<kProducerRegisters>();
      if (warp == 0) produce(p, s, owner, rank);
    } else {
      ptx::setmaxnreg_inc<kConsumerRegisters>();
      const int consumer = ptx::warp_uniform(static_cast<int>(threadIdx.x >> 7)) - 1;
      consume(p, s, owner, rank, consumer, static_cast<int>(threadIdx.x & 127));
    }
    // No CTA may leave while its peer can still arrive on its barriers or write into its stages.
    if constexpr (Cluster > 1) {
      __syncwarp();
      ptx::cluster_sync();
    }
  }
};

}  // namespace sparsek::gemm
