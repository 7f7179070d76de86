// C tile (128 x 256, or 128 x 64 for few columns) = sum over stored blocks of A (128 or 2 x 64 rows) times panels of B, for sm_90a.
//
// Roles: in warpgroup 0, warp 0 loads and warps 1 and 2 store; warpgroups 1 and 2 multiply, 64 rows ("a half") each.
// A ring of stages, each 64 deep in k: A 128 x 64 (16 KB, K-major) and B 64 x 256 (32 KB) or 64 x 64. A block of 128 rows
// fills both halves of A; blocks of 64 rows come in pairs of block rows that share panels of B (a union list), and a half
// without a block skips the stage.
//
// Sizes are in wide_shape.cuh, the way of the results to memory in wide_results.cuh.
//
// With Cluster = 2 two CTAs take neighbouring column panels of the same rows, and each loads half of A for both.
#pragma once

#include "../ptx/cluster.cuh"
#include "../ptx/grid_dependency.cuh"
#include "../ptx/mbarrier.cuh"
#include "../ptx/setmaxnreg.cuh"
#include "../ptx/tma.cuh"
#include "../ptx/wgmma.cuh"
#include "../scheduler/work_list.cuh"
#include "../tile/descriptor.cuh"
#include "wide_results.cuh"
#include "wide_shape.cuh"

namespace sparsek::gemm {

enum class Order { kRow, kColumn };

template <typename T, int BlockRows, int BlockColumns, Order BOrder, int Cluster, int TileColumns>
struct Wide {
  using Shape = WideShape<BlockRows, BlockColumns, Cluster, TileColumns>;
  using Results = WideResults<T, Shape>;
  using Shared = typename Shape::Shared;
  using Ring = typename Shape::Ring;
  using Accumulators = typename Shape::Accumulators;

  static constexpr int32_t kBothHalves = 3;  // masks: of the halves of a tile, of the CTAs of a cluster
  static constexpr uint16_t kBothCtas = 3;

  // ---- loads ------------------------------------------------------------------------------------------------------
  // Lane i holds entry first + i of the item, so that one coalesced load serves 32 entries.
  __device__ static PairEntry load_entry(const WideParams& p, const WorkItem& item, int offset) {
    const int index = item.first + offset + ptx::lane_index();
    PairEntry entry{0, {-1, -1}, 0};
    if (index >= item.last) return entry;
    if constexpr (Shape::kPairs) {
      const int4 word = __ldg(reinterpret_cast<const int4*>(p.pairs) + index);
      entry = PairEntry{word.x, {word.y, word.z}, word.w};
    } else {
      entry = PairEntry{__ldg(p.indices + index) * BlockColumns, {index, index}, kBothHalves};
    }
    return entry;
  }

  __device__ static void load_a(const WideParams& p, Shared& s, int slot, const PairEntry& entry, int k, int batch,
                                uint32_t rank) {
    char* a = s.stage[slot];
    if constexpr (Shape::kPairs) {
#pragma unroll
      for (int half = 0; half < Shape::kHalves; ++half) {
        if (entry.block[half] < 0) continue;
        const int row = entry.block[half] * Shape::kHalfRows;
        if constexpr (Cluster == 1) {
          ptx::tma_load(a + half * Shape::kHalfBytes, &p.a, &s.full[slot], ptx::kEvictNormal, k, row, batch);
        } else {
          ptx::tma_load_multicast(a + half * Shape::kHalfBytes + rank * (Shape::kHalfBytes / 2), &p.a, &s.full[slot],
                                  kBothCtas, ptx::kEvictNormal, k, row + static_cast<int>(rank) * (Shape::kHalfRows / 2),
                                  batch);
        }
      }
    } else {
      const int row = entry.block[0] * BlockRows;
      if constexpr (Cluster == 1) {
        ptx::tma_load(a, &p.a, &s.full[slot], ptx::kEvictNormal, k, row, batch);
      } else {
        ptx::tma_load_multicast(a + rank * Shape::kHalfBytes, &p.a, &s.full[slot], kBothCtas, ptx::kEvictNormal, k,
                                row + static_cast<int>(rank) * Shape::kHalfRows, batch);
      }
    }
  }

  __device__ static void load_b(const WideParams& p, Shared& s, int slot, int k, int column, int batch) {
    char* b = s.stage[slot] + Shape::kABytes;
    if constexpr (BOrder == Order::kRow) {
#pragma unroll
      for (int chunk = 0; chunk < Shape::kN / 64; ++chunk)
        ptx::tma_load(b + chunk * Shape::kBChunkBytes, &p.b, &s.full[slot], ptx::kEvictNormal, column + 64 * chunk, k,
                      batch);
    } else {
      ptx::tma_load(b, &p.b, &s.full[slot], ptx::kEvictNormal, k, column, batch);
    }
  }

  __device__ static void load(const WideParams& p, Shared& s, int owner, uint32_t rank) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    Ring ring;
    PairEntry ahead = load_entry(p, work.current(), 0);
    ptx::grid_dependency_wait();
    for (; !work.done(); work.advance()) {
      const WorkItem item = work.current();
      const int column = Shape::first_column(item, rank);
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
          entry.block[1] = Shape::kPairs ? __shfl_sync(~0u, mine.block[1], i) : entry.block[0];
          entry.mask = Shape::kPairs ? __shfl_sync(~0u, mine.mask, i) : kBothHalves;
#pragma unroll
          for (int step = 0; step < Shape::kStepsPerBlock; ++step) {
            ptx::mbarrier_wait(&s.empty[ring.slot], ring.parity ^ 1);
            if (ptx::elect_one()) {
              const int bytes =
                  Shape::kPairs ? Shape::kBBytes + __popc(entry.mask) * Shape::kHalfBytes : Shape::kStageBytes;
              if constexpr (Shape::kPairs) s.mask[ring.slot] = entry.mask;
              ptx::mbarrier_arrive_expect(&s.full[ring.slot], bytes);
              load_a(p, s, ring.slot, entry, step * Shape::kK, a_batch, rank);
              load_b(p, s, ring.slot, entry.k + step * Shape::kK, column, item.batch);
            }
            __syncwarp();
            ring.advance();
          }
        }
      }
    }
  }

  // ---- products ---------------------------------------------------------------------------------------------------
  // One thread answers for the warpgroup: wgmma groups belong to the warpgroup, and wait_group returns when the whole
  // group has completed.
  __device__ static void release(Shared& s, int slot, int thread) {
    if constexpr (Cluster == 1) {
      if (thread == 0) ptx::mbarrier_arrive(&s.empty[slot]);
    } else {
      if (thread < Cluster) ptx::mbarrier_arrive_cluster(&s.empty[slot], thread);
    }
  }

  static constexpr int kTransB = BOrder == Order::kRow ? 1 : 0;
  static constexpr uint32_t kBStep = BOrder == Order::kRow ? tile::kStepMnMajor : tile::kStepKMajor;
  __device__ static void multiply_stage(Accumulators& d, uint64_t a, uint64_t b, int accumulate) {
    ptx::wgmma_fence();
#pragma unroll
    for (int k = 0; k < Shape::kK / 16; ++k) {
      ptx::Wgmma<T, Shape::kN, 0, kTransB>::ss(d, tile::advance(a, k * tile::kStepKMajor), tile::advance(b, k * kBStep),
                                        k == 0 ? accumulate : 1);
    }
    ptx::wgmma_commit();
  }

  __device__ static void multiply(const WideParams& p, Shared& s, int owner, uint32_t rank, int half, int thread) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    Ring ring;
    const uint64_t a_base = tile::k_major<tile::Swizzle::k128>(s.stage[0] + half * Shape::kHalfBytes);
    const uint64_t b_base = BOrder == Order::kRow ? tile::mn_major(s.stage[0] + Shape::kABytes, Shape::kBChunkBytes)
                                                  : tile::k_major<tile::Swizzle::k128>(s.stage[0] + Shape::kABytes);
    Accumulators d;
    typename Results::Held held;
    const bool plain = p.epilogue.staged && !epilogue::needs_transform(p.epilogue);
    int steps = work.current_entries() * Shape::kStepsPerBlock;
    ptx::grid_dependency_wait();
    for (;;) {
      int accumulate = 0;
      int unreleased = -1;
      for (int step = 0; step < steps; ++step) {
        ptx::mbarrier_wait(&s.full[ring.slot], ring.parity);
        bool active = true;
        if constexpr (Shape::kPairs) active = (ptx::warp_uniform(s.mask[ring.slot]) >> half) & 1;
        const uint64_t a = tile::advance(a_base, ring.slot * Shape::kStageBytes);
        const uint64_t b = tile::advance(b_base, ring.slot * Shape::kStageBytes);
        if (active) {
          multiply_stage(d, a, b, accumulate);
          accumulate = 1;
          ptx::wgmma_wait<1>();
          if (unreleased >= 0) release(s, unreleased, thread);
          unreleased = ring.slot;
        } else {
          // The stage that is still held must go too: the ring may come round to it before this half has a block again.
          ptx::wgmma_wait<0>();
          ptx::warpgroup_sync<Shape::kWarpgroupBarrier, Shape::kHalves>(half);  // all four warps have read the mask
          if (unreleased >= 0) release(s, unreleased, thread);
          unreleased = -1;
          release(s, ring.slot, thread);
        }
        // Under the products in flight, the last tile's results go to shared memory.
        if (held.left > 0) Results::stage_held(p, s, held, half, thread);
        ring.advance();
      }
      // What can be known before the last products end is found out here: their end and the next tile's first products
      // enclose the only time in which the tensor cores must idle. Behind the last item comes one without steps.
      const WorkItem item = work.current();
      const int row0 = half == 0 ? item.slot_row[0] : item.slot_row[1];
      const bool done = work.done();
      const bool at_once = plain && accumulate && item.partial < 0 && row0 >= 0 && held.left == 0;
      epilogue::RowShift shift{0.0f, 0.0f};
      if (!plain && row0 >= 0) shift = epilogue::row_shift(p.epilogue, row0, thread);
      work.advance();
      steps = work.current_entries() * Shape::kStepsPerBlock;
      ptx::wgmma_wait<0>();
      if (unreleased >= 0) release(s, unreleased, thread);
      ptx::pin(d);
      if (at_once) {
        Results::pack(held.word, d);
        held.left = Shape::kPasses;
        continue;
      }
      while (held.left > 0) Results::stage_held(p, s, held, half, thread);
      if (done) break;
      if (!accumulate) ptx::clear(d);
      if (row0 >= 0) Results::finish(p, s, item, d, held, shift, rank, half, row0, thread);
    }
  }

  // ---- kernel -----------------------------------------------------------------------------------------------------
  __device__ static void run(const WideParams& p) {
    extern __shared__ char raw[];
    Shared& s = *reinterpret_cast<Shared*>(raw + tile::bytes_to_tile(raw));
    const int warp = ptx::warp_index();
    const uint32_t rank = Cluster > 1 ? ptx::cluster_rank() : 0;
    const int owner = static_cast<int>(blockIdx.x) / Cluster;

    if (threadIdx.x == 0) {
      for (int i = 0; i < Shape::kStages; ++i) {
        ptx::mbarrier_init(&s.full[i], 1);
        ptx::mbarrier_init(&s.empty[i], Shape::kHalves * Cluster);
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
    // What came before in the stream may still be running (programmatic launch). Each role waits for it before it touches
    // operands or results. The plan's tables may be read ahead: copies write them, not kernels, and a copy has ended before
    // the kernel behind it starts.
    ptx::grid_dependency_launch();

    if (warp < 4) {
      ptx::setmaxnreg_dec<Shape::kProducerRegisters>();
      if (warp == 0) load(p, s, owner, rank);
      if (warp == 1 || warp == 2) Results::store(p, s, owner, rank, warp - 1);
    } else {
      ptx::setmaxnreg_inc<Shape::kConsumerRegisters>();
      const int half = ptx::warp_uniform(static_cast<int>(threadIdx.x >> 7)) - 1;
      multiply(p, s, owner, rank, half, static_cast<int>(threadIdx.x & 127));
    }
    // No CTA may leave while its peer can still arrive on its barriers or write into its stages.
    if constexpr (Cluster > 1) {
      __syncwarp();
      ptx::cluster_sync();
    }
  }
};

}  // namespace sparsek::gemm
