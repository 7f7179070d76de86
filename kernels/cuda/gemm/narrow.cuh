// C tile (256 x 128) = sum over the union of the columns of its block rows, for blocks with a side of 16 or 32 (sm_90a).
//
// A panel of B (PanelK rows x 128 columns) is loaded once for all block rows of the tile that need it. A's blocks are
// repacked once per matrix into 16 x 16 fragments in register order (convert/pack.cu), so that each warp reads its piece
// of A with one 16-byte shared load per lane and feeds it to wgmma from registers; a warp whose strip has no block in
// the step feeds zeros, and a 64-row group without any block skips the product.
//
// Roles: in warpgroup 0, warp 0 loads and warps 1 and 2 store; warpgroups 1 and 2 multiply, two groups of 64 rows each.
#pragma once

#include "../epilogue/general.cuh"
#include "../epilogue/staged.cuh"
#include "../pipeline/ring.cuh"
#include "../ptx/fence.cuh"
#include "../ptx/mbarrier.cuh"
#include "../ptx/setmaxnreg.cuh"
#include "../ptx/tma.cuh"
#include "../ptx/wgmma.cuh"
#include "../scheduler/work_list.cuh"
#include "../tile/descriptor.cuh"
#include "narrow_params.h"

namespace sparsek::gemm {

template <typename T, int PanelK>
struct Narrow {
  static_assert(PanelK == 16 || PanelK == 32);

  static constexpr int kStages = kNarrowStages;
  static constexpr int kN = kNarrowTileColumns;
  static constexpr int kSteps = kNarrowSteps;
  static constexpr int kPanels = kSteps * 16 / PanelK;           // of a stage
  static constexpr int kPanelBytes = PanelK * kN * 2;
  static constexpr int kChunkBytes = PanelK * 128;               // 64 columns of a panel
  static constexpr int kBBytes = kPanels * kPanelBytes;
  static constexpr int kWorkers = 2;
  static constexpr int kGroups = 2;                              // 64-row groups of a worker
  static constexpr int kStoreChunks = kN / 64;
  static constexpr int kStagingBytes = kStoreChunks * epilogue::kStagedChunkBytes;  // one group of one worker
  // 40 + 2 * 232 registers times 128 threads fill the register file.
  static constexpr int kProducerRegisters = 40;
  static constexpr int kWorkerRegisters = 232;

  // Named barriers, one a worker: results staged, staging free, and the worker's own.
  static constexpr int kWarpgroupBarrier = 1;
  static constexpr int kStagedBarrier = 3;
  static constexpr int kFreeBarrier = 5;
  static constexpr int kStoreThreads = 128 + 32;

  struct Stage {
    alignas(1024) char b[kBBytes];
    char a[kNarrowMaxFragments * kNarrowFragmentBytes];
  };
  struct Shared {
    Stage stage[kStages];
    alignas(1024) char staging[kWorkers][kStagingBytes];
    ptx::Barrier full[kStages];
    ptx::Barrier empty[kStages];
    uint2 masks[kStages];
  };
  static_assert(sizeof(Stage) == kNarrowStageBytes);
  static_assert(sizeof(Shared) + 1024 <= kNarrowSharedBytes, "1024: slack to align the base");
  using Ring = pipeline::RingPosition<kStages>;

  // ---- loads ------------------------------------------------------------------------------------------------------
  struct StageWords {
    int4 low, high;  // {first fragment, fragments, masks 0-1, masks 2-3}, {k of each panel}
  };

  // Lane i holds stage first + i of the item.
  __device__ static StageWords load_stage_words(const NarrowParams& p, const WorkItem& item, int offset) {
    const int index = item.first + offset + ptx::lane_index();
    if (index >= item.last) return StageWords{make_int4(0, 0, 0, 0), make_int4(-1, -1, -1, -1)};
    const int4* words = reinterpret_cast<const int4*>(p.stages + index);
    return StageWords{__ldg(words), __ldg(words + 1)};
  }

  __device__ static int4 broadcast(int4 v, int lane) {
    return make_int4(__shfl_sync(~0u, v.x, lane), __shfl_sync(~0u, v.y, lane), __shfl_sync(~0u, v.z, lane),
                     __shfl_sync(~0u, v.w, lane));
  }

  __device__ static void load_panel(const NarrowParams& p, Shared& s, int slot, int panel, int k, int column,
                                    int batch) {
    char* b = s.stage[slot].b + panel * kPanelBytes;
    if (p.chunked) {
      ptx::tma_load(b, &p.b, &s.full[slot], ptx::kEvictNormal, 0, k, column / 64, batch);
    } else {
#pragma unroll
      for (int chunk = 0; chunk < kN / 64; ++chunk)
        ptx::tma_load(b + chunk * kChunkBytes, &p.b, &s.full[slot], ptx::kEvictNormal, column + 64 * chunk, k, batch);
    }
  }

  __device__ static void load(const NarrowParams& p, Shared& s, int owner) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    Ring ring;
    StageWords ahead = load_stage_words(p, work.current(), 0);
    for (; !work.done(); work.advance()) {
      const WorkItem& item = work.current();
      const int column = item.panel * kN;
      const char* packed = static_cast<const char*>(p.packed) + item.batch * p.packed_batch_stride;
      StageWords mine = ahead;
      ahead = load_stage_words(p, work.next(), 0);
      const int count = item.last - item.first;
      for (int offset = 0; offset < count; offset += 32) {
        if (offset > 0) mine = load_stage_words(p, item, offset);
        const int lanes = min(32, count - offset);
        for (int i = 0; i < lanes; ++i) {
          const int4 low = broadcast(mine.low, i);
          const int4 high = broadcast(mine.high, i);
          ptx::mbarrier_wait(&s.empty[ring.slot], ring.parity ^ 1);
          if (ptx::elect_one()) {
            const int k[kSteps] = {high.x, high.y, high.z, high.w};
            const uint32_t a_bytes = static_cast<uint32_t>(low.y) * kNarrowFragmentBytes;
            uint32_t bytes = a_bytes;
#pragma unroll
            for (int panel = 0; panel < kPanels; ++panel) bytes += k[panel] >= 0 ? kPanelBytes : 0;
            s.masks[ring.slot] = make_uint2(low.z, low.w);
            ptx::mbarrier_arrive_expect(&s.full[ring.slot], bytes);
            ptx::bulk_load(s.stage[ring.slot].a, packed + static_cast<int64_t>(static_cast<uint32_t>(low.x)) * kNarrowFragmentBytes,
                           a_bytes, &s.full[ring.slot], ptx::kEvictNormal);
#pragma unroll
            for (int panel = 0; panel < kPanels; ++panel)
              if (k[panel] >= 0) load_panel(p, s, ring.slot, panel, k[panel], column, item.batch);
          }
          __syncwarp();
          ring.advance();
        }
      }
    }
  }

  // ---- products ---------------------------------------------------------------------------------------------------
  using Accumulators = float[kN / 2];

  // What a warp needs of a stage beside B: the masks and its own fragments of A (zeros where its strip has no block).
  struct Fragments {
    uint32_t mask[kSteps];
    uint32_t a[kSteps][kGroups][4];
  };

  __device__ static void fetch(Fragments& f, Shared& s, const Ring& ring, int worker, int warp, int lane) {
    ptx::mbarrier_wait(&s.full[ring.slot], ring.parity);
    const uint2 masks = s.masks[ring.slot];
    const uint32_t low = ptx::warp_uniform(masks.x), high = ptx::warp_uniform(masks.y);
    f.mask[0] = low & 0xffff;
    f.mask[1] = low >> 16;
    f.mask[2] = high & 0xffff;
    f.mask[3] = high >> 16;
    const char* lane_base = s.stage[ring.slot].a + lane * 16;
    int before = 0;  // fragments of the earlier steps
#pragma unroll
    for (int step = 0; step < kSteps; ++step) {
#pragma unroll
      for (int group = 0; group < kGroups; ++group) {
        const int strip = 8 * worker + 4 * group + warp;
        uint4 words = make_uint4(0, 0, 0, 0);
        if ((f.mask[step] >> strip) & 1) {
          const int index = before + __popc(f.mask[step] & ((1u << strip) - 1));
          words = *reinterpret_cast<const uint4*>(lane_base + index * kNarrowFragmentBytes);
        }
        f.a[step][group][0] = words.x;
        f.a[step][group][1] = words.y;
        f.a[step][group][2] = words.z;
        f.a[step][group][3] = words.w;
      }
      before += __popc(f.mask[step]);
    }
  }

  __device__ static void issue(Accumulators (&d)[kGroups], const Fragments& f, uint64_t b, int worker) {
    ptx::wgmma_fence();
#pragma unroll
    for (int step = 0; step < kSteps; ++step) {
      const uint32_t offset = step * 16 / PanelK * kPanelBytes + step * 16 % PanelK * 128;
#pragma unroll
      for (int group = 0; group < kGroups; ++group) {
        if ((f.mask[step] >> (8 * worker + 4 * group)) & 0xf) {
          ptx::wgmma_fence();
          ptx::Wgmma<T, kN, 0, 1>::rs(d[group], f.a[step][group], tile::advance(b, offset), 1);
        }
      }
    }
    ptx::wgmma_commit();
  }

  __device__ static void multiply(const NarrowParams& p, Shared& s, int owner, int worker, int thread) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    Ring ring;
    const int warp = ptx::warp_uniform(thread >> 5);
    const int lane = thread & 31;
    const uint64_t b_base = tile::mn_major(s.stage[0].b, kChunkBytes);
    Accumulators d[kGroups];
    Fragments even, odd;
    for (; !work.done(); work.advance()) {
      const WorkItem& item = work.current();
#pragma unroll
      for (int group = 0; group < kGroups; ++group) {
#pragma unroll
        for (int i = 0; i < kN / 2; ++i) d[group][i] = 0.0f;
      }
      // Multiplies stage `ring` from `now` while the next stage's fragments arrive in `next`.
      const auto turn = [&](Fragments& now, Fragments& next, bool more) {
        issue(d, now, tile::advance(b_base, ring.slot * kNarrowStageBytes), worker);
        const int slot = ring.slot;
        ring.advance();
        if (more) fetch(next, s, ring, worker, warp, lane);
        ptx::wgmma_wait<0>();
#pragma unroll
        for (int group = 0; group < kGroups; ++group) ptx::pin(d[group]);
        // Each warp has read its own fragments and the masks, so each warp releases the stage.
        if (lane == 0) ptx::mbarrier_arrive(&s.empty[slot]);
      };
      const int stages = item.last - item.first;
      if (stages > 0) fetch(even, s, ring, worker, warp, lane);
      for (int stage = 0; stage < stages; stage += 2) {
        turn(even, odd, stage + 1 < stages);
        if (stage + 1 < stages) turn(odd, even, stage + 2 < stages);
      }
      finish<0>(p, s, item, d[0], worker, thread);
      finish<1>(p, s, item, d[1], worker, thread);
    }
  }

  // ---- results ----------------------------------------------------------------------------------------------------
  template <int First>
  __device__ static void sync_worker(int worker) {
    if (worker == 0) {
      ptx::named_barrier_sync<First, kStoreThreads>();
    } else {
      ptx::named_barrier_sync<First + 1, kStoreThreads>();
    }
  }

  template <int First>
  __device__ static void arrive_worker(int worker) {
    if (worker == 0) {
      ptx::named_barrier_arrive<First, kStoreThreads>();
    } else {
      ptx::named_barrier_arrive<First + 1, kStoreThreads>();
    }
  }

  __device__ static bool leaves_staged(const NarrowParams& p, const WorkItem& item) {
    return item.partial < 0 && p.epilogue.staged;
  }

  // First row of C of a strip of the tile, or -1.
  __device__ static const int32_t* group_rows(const NarrowParams& p, const WorkItem& item, int worker, int group) {
    return p.tile_rows + item.slot_row[0] * kNarrowStrips + 8 * worker + 4 * group;
  }

  template <int Group>
  __device__ static void finish(const NarrowParams& p, Shared& s, const WorkItem& item, Accumulators& d, int worker,
                                int thread) {
    char* staging = s.staging[worker];
    const int32_t* strips = group_rows(p, item, worker, Group);
    if (leaves_staged(p, item)) {
      if (epilogue::needs_transform(p.epilogue)) {
        const int row0 = __ldg(strips + (thread >> 5));
        if (row0 >= 0) epilogue::transform(d, p.epilogue, row0 - 16 * (thread >> 5), thread);
      }
      sync_worker<kFreeBarrier>(worker);
#pragma unroll
      for (int chunk = 0; chunk < kStoreChunks; ++chunk)
        epilogue::stage_columns<T>(ptx::shared_address(staging) + chunk * epilogue::kStagedChunkBytes, d, 32 * chunk,
                                   thread);
      ptx::fence_async_shared();
    } else {
      sync_worker<kFreeBarrier>(worker);
      float* floats = reinterpret_cast<float*>(staging);
      float* partial = p.partials + static_cast<int64_t>(item.partial) * (kNarrowTileRows * kN) +
                       (2 * worker + Group) * 64 * kN;
#pragma unroll
      for (int chunk = 0; chunk < kN / epilogue::kGeneralChunk; ++chunk) {
        const int column = chunk * epilogue::kGeneralChunk;
        ptx::warpgroup_sync<kWarpgroupBarrier, kWorkers>(worker);
        epilogue::stage_chunk(floats, d, column / 2, thread);
        ptx::warpgroup_sync<kWarpgroupBarrier, kWorkers>(worker);
        if (item.partial >= 0) {
          epilogue::partial_store(floats, partial, kN, column, thread);
        } else {
          epilogue::general_store(floats, p.epilogue, item.batch, epilogue::StripRows{strips}, item.panel * kN + column,
                                  thread);
        }
      }
    }
    arrive_worker<kStagedBarrier>(worker);
  }

  // A group's rows leave in pieces of neighbouring rows, one lane a piece.
  __device__ static void store(const NarrowParams& p, Shared& s, int owner, int worker) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    const int lane = ptx::lane_index();
    const int pieces = 64 / p.piece_rows;
    const int chunk = lane / pieces, piece = lane % pieces;
    const int strip = piece * (p.piece_rows / 16);
    for (; !work.done(); work.advance()) {
      const WorkItem& item = work.current();
      for (int group = 0; group < kGroups; ++group) {
        arrive_worker<kFreeBarrier>(worker);
        sync_worker<kStagedBarrier>(worker);
        if (leaves_staged(p, item) && chunk < kStoreChunks) {
          const int row = __ldg(group_rows(p, item, worker, group) + strip);
          const int column = item.panel * kN + 64 * chunk;
          const char* source = s.staging[worker] + chunk * epilogue::kStagedChunkBytes + strip * 16 * 128;
          if (row >= 0 && column < p.epilogue.columns)
            ptx::tma_store_hint(&p.c, source, ptx::kEvictFirst, column, row, item.batch);
          ptx::bulk_commit();
          ptx::bulk_wait_read<0>();
        }
        __syncwarp();
      }
    }
    ptx::bulk_wait<0>();
  }

  // ---- kernel -----------------------------------------------------------------------------------------------------
  __device__ static void run(const NarrowParams& p) {
    extern __shared__ char raw[];
    const uint32_t misaligned = ptx::shared_address(raw) & 1023;
    Shared& s = *reinterpret_cast<Shared*>(raw + (misaligned ? 1024 - misaligned : 0));
    const int warp = ptx::warp_index();
    const int owner = static_cast<int>(blockIdx.x);

    if (threadIdx.x == 0) {
      for (int i = 0; i < kStages; ++i) {
        ptx::mbarrier_init(&s.full[i], 1);
        ptx::mbarrier_init(&s.empty[i], kWorkers * 4);
      }
      ptx::mbarrier_init_fence();
      if (p.has_blocks) ptx::tma_prefetch_map(&p.b);
      if (p.epilogue.staged) ptx::tma_prefetch_map(&p.c);
    }
    __syncthreads();
    // What came before in the stream may still be running (programmatic launch): nothing above reads or writes its data.
    ptx::grid_dependency_launch();
    ptx::grid_dependency_wait();

    if (warp < 4) {
      ptx::setmaxnreg_dec<kProducerRegisters>();
      if (warp == 0) load(p, s, owner);
      if (warp == 1 || warp == 2) store(p, s, owner, warp - 1);
    } else {
      ptx::setmaxnreg_inc<kWorkerRegisters>();
      const int worker = ptx::warp_uniform(static_cast<int>(threadIdx.x >> 7)) - 1;
      multiply(p, s, owner, worker, static_cast<int>(threadIdx.x & 127));
    }
  }
};

}  // namespace sparsek::gemm
