// C tile (128 x 256, or 128 x 64 for few columns) = sum over stored blocks of A (128 or 2 x 64 rows) times panels of B, for sm_90a.
//
// Roles: in warpgroup 0, warp 0 loads and warps 1 and 2 store; warpgroups 1 and 2 multiply, 64 rows ("a half") each.
// A ring of stages, each 64 deep in k: A 128 x 64 (16 KB, K-major) and B 64 x 256 (32 KB) or 64 x 64. A block of 128 rows
// fills both halves of A; blocks of 64 rows come in pairs of block rows that share panels of B (a union list), and a half
// without a block skips the stage.
//
// With Cluster = 2 two CTAs take neighbouring column panels of the same rows, and each loads half of A for both.
#pragma once

#include "../epilogue/general.cuh"
#include "../epilogue/staged.cuh"
#include "../pipeline/ring.cuh"
#include "../ptx/cluster.cuh"
#include "../ptx/fence.cuh"
#include "../ptx/mbarrier.cuh"
#include "../ptx/scalar.cuh"
#include "../ptx/setmaxnreg.cuh"
#include "../ptx/tma.cuh"
#include "../ptx/wgmma.cuh"
#include "../scheduler/work_list.cuh"
#include "../tile/descriptor.cuh"
#include "wide_params.h"

namespace sparsek::gemm {

enum class Order { kRow, kColumn };

template <typename T, int BlockRows, int BlockColumns, Order BOrder, int Cluster, int TileColumns>
struct Wide {
  static_assert(BlockRows == 128 || BlockRows == 64);
  static_assert(BlockColumns == 128 || BlockColumns == 64);

  static constexpr bool kPairs = BlockRows == 64;
  // Results leave in two passes (left and right columns) through staging for half a tile, which leaves room for a fourth
  // stage. Few columns are bound by the loads of A: as many stages as fit.
  static constexpr bool kFewColumns = TileColumns == kSkinnyTileColumns;
  static constexpr int kStages = kFewColumns ? 8 : 4;
  static constexpr int kPasses = kFewColumns ? 1 : 2;
  static constexpr int kHalves = 2;
  static constexpr int kHalfRows = kWideTileRows / kHalves;
  static constexpr int kN = TileColumns;
  static constexpr int kK = kWideStepK;
  static constexpr int kHalfBytes = kHalfRows * kK * 2;        // 8 KB of A
  static constexpr int kABytes = kHalves * kHalfBytes;
  static constexpr int kBBytes = kK * kN * 2;
  static constexpr int kStageBytes = kABytes + kBBytes;
  static constexpr int kBChunkBytes = kK * 128;                // 64 columns of B, row-major
  static constexpr int kStepsPerBlock = BlockColumns / kK;
  static constexpr int kPassColumns = kN / kPasses;
  static constexpr int kStoreChunks = kPassColumns / 64;
  static constexpr int kStagingBytes = kStoreChunks * epilogue::kStagedChunkBytes;  // of one half
  // 40 + 2 * 232 registers times 128 threads fill the register file.
  static constexpr int kProducerRegisters = 40;
  static constexpr int kConsumerRegisters = 232;
  static_assert(epilogue::kGeneralBytes <= kStagingBytes);

  // Named barriers. "Staged": a half's results are in shared memory; "free": they have been read from there.
  static constexpr int kWarpgroupBarrier = 1;
  static constexpr int kStagedBarrier = 3;
  static constexpr int kFreeBarrier = 5;
  static constexpr int kStoreThreads = 128 + 32;  // a consumer warpgroup and its store warp

  struct Shared {
    alignas(1024) char stage[kStages][kStageBytes];
    alignas(1024) char staging[kHalves][kStagingBytes];
    ptx::Barrier full[kStages];
    ptx::Barrier empty[kStages];
    int mask[kStages];  // which halves have a block in this stage (pairs only)
  };
  static_assert(sizeof(Shared) + 1024 <= kWideSharedBytes, "1024: slack to align the base");
  using Ring = pipeline::RingPosition<kStages>;

  // ---- loads ------------------------------------------------------------------------------------------------------
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
      for (int half = 0; half < kHalves; ++half) {
        if (entry.block[half] < 0) continue;
        const int row = entry.block[half] * kHalfRows;
        if constexpr (Cluster == 1) {
          ptx::tma_load(a + half * kHalfBytes, &p.a, &s.full[slot], ptx::kEvictNormal, k, row, batch);
        } else {
          ptx::tma_load_multicast(a + half * kHalfBytes + rank * (kHalfBytes / 2), &p.a, &s.full[slot], 3, ptx::kEvictNormal, k,
                                  row + static_cast<int>(rank) * (kHalfRows / 2), batch);
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
        ptx::tma_load(b + chunk * kBChunkBytes, &p.b, &s.full[slot], ptx::kEvictNormal, column + 64 * chunk, k, batch);
    } else {
      ptx::tma_load(b, &p.b, &s.full[slot], ptx::kEvictNormal, k, column, batch);
    }
  }

  __device__ static int first_column(const WorkItem& item, uint32_t rank) {
    return (item.panel * Cluster + static_cast<int>(rank)) * kN;
  }

  __device__ static void load(const WideParams& p, Shared& s, int owner, uint32_t rank) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    Ring ring;
    PairEntry ahead = load_entry(p, work.current(), 0);
    ptx::grid_dependency_wait();
    for (; !work.done(); work.advance()) {
      const WorkItem item = work.current();
      const int column = first_column(item, rank);
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
  using Accumulators = float[kN / 2];
  using PassAccumulators = float[kPassColumns / 2];

  __device__ static PassAccumulators& pass_of(Accumulators& d, int pass) {
    return *reinterpret_cast<PassAccumulators*>(d + pass * (kPassColumns / 2));
  }

  __device__ static void multiply_stage(Accumulators& d, uint64_t a, uint64_t b, int accumulate) {
    ptx::wgmma_fence();
#pragma unroll
    for (int k = 0; k < kK / 16; ++k) {
      ptx::Wgmma<T, kN, 0, kTransB>::ss(d, tile::advance(a, k * tile::kStepKMajor), tile::advance(b, k * kBStep),
                                        k == 0 ? accumulate : 1);
    }
    ptx::wgmma_commit();
  }

  __device__ static void multiply(const WideParams& p, Shared& s, int owner, uint32_t rank, int half, int thread) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    Ring ring;
    const uint64_t a_base = tile::k_major<tile::Swizzle::k128>(s.stage[0] + half * kHalfBytes);
    const uint64_t b_base = BOrder == Order::kRow ? tile::mn_major(s.stage[0] + kABytes, kBChunkBytes)
                                                  : tile::k_major<tile::Swizzle::k128>(s.stage[0] + kABytes);
    Accumulators d;
    Held held;
    const bool plain = p.epilogue.staged && !epilogue::needs_transform(p.epilogue);
    int steps = work.current_entries() * kStepsPerBlock;
    ptx::grid_dependency_wait();
    for (;;) {
      int accumulate = 0;
      int unreleased = -1;
      for (int step = 0; step < steps; ++step) {
        ptx::mbarrier_wait(&s.full[ring.slot], ring.parity);
        bool active = true;
        if constexpr (kPairs) active = (ptx::warp_uniform(s.mask[ring.slot]) >> half) & 1;
        const uint64_t a = tile::advance(a_base, ring.slot * kStageBytes);
        const uint64_t b = tile::advance(b_base, ring.slot * kStageBytes);
        if (active) {
          multiply_stage(d, a, b, accumulate);
          accumulate = 1;
          ptx::wgmma_wait<1>();
          if (unreleased >= 0) release(s, unreleased, thread);
          unreleased = ring.slot;
        } else {
          // The stage that is still held must go too: the ring may come round to it before this half has a block again.
          ptx::wgmma_wait<0>();
          ptx::warpgroup_sync<kWarpgroupBarrier, kHalves>(half);  // all four warps have read the mask
          if (unreleased >= 0) release(s, unreleased, thread);
          unreleased = -1;
          release(s, ring.slot, thread);
        }
        // Under the products in flight, the last tile's results go to shared memory.
        if (held.left > 0) stage_held(p, s, held, half, thread);
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
      steps = work.current_entries() * kStepsPerBlock;
      ptx::wgmma_wait<0>();
      if (unreleased >= 0) release(s, unreleased, thread);
      ptx::pin(d);
      if (at_once) {
        pack(held.word, d);
        held.left = kPasses;
        continue;
      }
      while (held.left > 0) stage_held(p, s, held, half, thread);
      if (done) break;
      if (!accumulate) ptx::clear(d);
      if (row0 >= 0) finish(p, s, item, d, held, shift, rank, half, row0, thread);
    }
  }

  // ---- results ----------------------------------------------------------------------------------------------------
  // Whether the item's results leave through the store warp's tensor stores.
  __device__ static bool leaves_staged(const WideParams& p, const WorkItem& item) {
    return item.partial < 0 && p.epilogue.staged;
  }

  // Results on their way from the accumulators to shared memory. They wait in registers until the next tile's first
  // products are under way, so that the tensor cores idle only while they are converted.
  struct Held {
    uint32_t word[kN / 4];  // a tile as 16-bit pairs; or, while left > kPasses, its right half as float32 that awaits its
                            // activation
    int left = 0;           // passes to be staged; or kPasses + pieces of the right half
  };
  static constexpr int kPieces = 4;  // of the right half, each under the products of another step

  // Writes 16-bit pairs from word `First` of `words` as one pass. Called by the 128 threads of a half.
  template <int First, int Count>
  __device__ static void stage_pass(Shared& s, const uint32_t (&words)[Count], int half, int thread) {
    const uint32_t staging = ptx::shared_address(s.staging[half]);
    begin_pass(half);
#pragma unroll
    for (int chunk = 0; chunk < kStoreChunks; ++chunk)
      epilogue::stage_pairs(staging + chunk * epilogue::kStagedChunkBytes, words, First + 16 * chunk, thread);
    end_pass(half);
  }

  template <int Count>
  __device__ static void pack(uint32_t* words, const float (&d)[Count]) {
#pragma unroll
    for (int i = 0; i < Count / 2; ++i) words[i] = tile::pack<T>(d[2 * i], d[2 * i + 1]);
  }

  __device__ static float value_of(float x) { return x; }
  __device__ static float value_of(uint32_t x) { return __uint_as_float(x); }

  // 16-column groups First .. Last - 1 of a pass, with the activation, one at a time: no more registers are free.
  template <Activation Function, int First, int Last, typename Value>
  __device__ static void stage_groups(Shared& s, const Value (&values)[kPassColumns / 2], int half, int thread) {
    const uint32_t staging = ptx::shared_address(s.staging[half]);
#pragma unroll
    for (int group = First; group < Last; ++group) {
      float d[8];
#pragma unroll
      for (int i = 0; i < 8; ++i) {
        const float x = value_of(values[8 * group + i]);
        d[i] = Function == Activation::kGelu ? epilogue::gelu_16bit(x) : epilogue::silu_16bit(x);
      }
      uint32_t words[4];
      pack(words, d);
      epilogue::stage_group(staging + group / 4 * epilogue::kStagedChunkBytes, words, 0, group % 4, thread);
    }
  }

  template <int First, int Last, typename Value>
  __device__ static void stage_activated(const WideParams& p, Shared& s, const Value (&values)[kPassColumns / 2],
                                         int half, int thread) {
    if (p.epilogue.activation == Activation::kGelu) {
      stage_groups<Activation::kGelu, First, Last>(s, values, half, thread);
    } else {
      stage_groups<Activation::kSilu, First, Last>(s, values, half, thread);
    }
  }

  __device__ static void begin_pass(int half) {
    ptx::indexed_barrier_sync<kFreeBarrier, kHalves, kStoreThreads>(half);
  }

  __device__ static void end_pass(int half) {
    ptx::fence_async_shared();
    ptx::indexed_barrier_arrive<kStagedBarrier, kHalves, kStoreThreads>(half);
  }

  // The next part of what is held.
  __device__ static void stage_held(const WideParams& p, Shared& s, Held& held, int half, int thread) {
    if constexpr (kPasses == 1) {
      stage_pass<0>(s, held.word, half, thread);
    } else if (held.left == 1) {
      stage_pass<kPassColumns / 4>(s, held.word, half, thread);
    } else if (held.left == 2) {
      stage_pass<0>(s, held.word, half, thread);
    } else {
      stage_piece(p, s, held, half, thread);
      return;
    }
    --held.left;
  }

  __device__ static void stage_piece(const WideParams& p, Shared& s, Held& held, int half, int thread) {
    constexpr int kGroups = kPassColumns / 16 / kPieces;
    static_assert(kPieces == 4);
    if (held.left == kPasses + 4) {
      begin_pass(half);
      stage_activated<0, kGroups>(p, s, held.word, half, thread);
    } else if (held.left == kPasses + 3) {
      stage_activated<kGroups, 2 * kGroups>(p, s, held.word, half, thread);
    } else if (held.left == kPasses + 2) {
      stage_activated<2 * kGroups, 3 * kGroups>(p, s, held.word, half, thread);
    } else {
      stage_activated<3 * kGroups, 4 * kGroups>(p, s, held.word, half, thread);
      end_pass(half);
      held.left = 1;  // and none after this one
    }
    --held.left;
  }

  __device__ static void finish(const WideParams& p, Shared& s, const WorkItem& item, Accumulators& d, Held& held,
                                epilogue::RowShift shift, uint32_t rank, int half, int row0, int thread) {
    if (!leaves_staged(p, item)) {
      finish_directly(p, s, item, d, rank, half, row0, thread);
#pragma unroll
      for (int i = 0; i < kN / 4; ++i) held.word[i] = 0;  // tells the compiler that nothing is kept meanwhile
      return;
    }
    epilogue::scale_and_shift(pass_of(d, 0), p.epilogue.alpha, shift);
    if constexpr (kPasses == 1) {
      epilogue::activate_16bit(d, p.epilogue.activation);
    } else if (epilogue::has_long_activation(p.epilogue)) {
      // Half of the work on a long activation lies under the next tile's products.
#pragma unroll
      for (int i = 0; i < kPassColumns / 2; ++i)
        held.word[i] = ptx::multiply_add_word(p.epilogue.alpha, pass_of(d, 1)[i], (i & 2) ? shift.high : shift.low);
      begin_pass(half);
      stage_activated<0, kPassColumns / 16>(p, s, pass_of(d, 0), half, thread);
      end_pass(half);
      held.left = kPasses + kPieces;
      return;
    } else {
      epilogue::scale_and_shift(pass_of(d, 1), p.epilogue.alpha, shift);
      epilogue::relu_16bit(d, p.epilogue.activation);
    }
    pack(held.word, d);
    held.left = kPasses;
  }

  // What cannot leave by tensor store, through the same staging, 32 columns at a time. One loop over all chunks keeps the
  // code small: the choice of accumulators is all that needs code of its own for each chunk.
  __device__ static void finish_directly(const WideParams& p, Shared& s, const WorkItem& item, const Accumulators& d,
                                         uint32_t rank, int half, int row0, int thread) {
    float* staging = reinterpret_cast<float*>(s.staging[half]);
    const int64_t tile = static_cast<int64_t>(item.partial) * Cluster + rank;
    float* partial = p.partials + tile * (kWideTileRows * kN) + half * kHalfRows * kN;
    ptx::indexed_barrier_sync<kFreeBarrier, kHalves, kStoreThreads>(half);
#pragma unroll 1
    for (int column = 0; column < kN; column += epilogue::kGeneralChunk) {
      ptx::warpgroup_sync<kWarpgroupBarrier, kHalves>(half);
#pragma unroll
      for (int chunk = 0; chunk < kN / epilogue::kGeneralChunk; ++chunk)
        if (column == chunk * epilogue::kGeneralChunk)
          epilogue::stage_chunk(staging, d, chunk * epilogue::kGeneralChunk / 2, thread);
      ptx::warpgroup_sync<kWarpgroupBarrier, kHalves>(half);
      if (item.partial >= 0) {
        epilogue::partial_store(staging, partial, kN, column, thread);
      } else {
        epilogue::general_store(staging, p.epilogue, item.batch, epilogue::PlainRows{row0},
                                first_column(item, rank) + column, thread);
      }
    }
    ptx::indexed_barrier_arrive<kStagedBarrier, kHalves, kStoreThreads>(half);
  }

  __device__ static void store(const WideParams& p, Shared& s, int owner, uint32_t rank, int half) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    const bool leader = ptx::elect_one();
    ptx::grid_dependency_wait();
    for (; !work.done(); work.advance()) {
      const WorkItem item = work.current();
      const int row0 = half == 0 ? item.slot_row[0] : item.slot_row[1];
      if (row0 < 0) continue;
      const int passes = leaves_staged(p, item) ? kPasses : 1;
      for (int pass = 0; pass < passes; ++pass) {
        ptx::indexed_barrier_arrive<kFreeBarrier, kHalves, kStoreThreads>(half);
        ptx::indexed_barrier_sync<kStagedBarrier, kHalves, kStoreThreads>(half);
        if (leader && leaves_staged(p, item)) {
          epilogue::store_staged<kStoreChunks>(s.staging[half], p.c, row0,
                                               first_column(item, rank) + pass * kPassColumns, item.batch,
                                               p.epilogue.columns);
        }
        __syncwarp();
      }
    }
    if (leader) ptx::bulk_wait<0>();
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
        ptx::mbarrier_init(&s.empty[i], kHalves * Cluster);
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
      ptx::setmaxnreg_dec<kProducerRegisters>();
      if (warp == 0) load(p, s, owner, rank);
      if (warp == 1 || warp == 2) store(p, s, owner, rank, warp - 1);
    } else {
      ptx::setmaxnreg_inc<kConsumerRegisters>();
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
