// C tile (256 x 128) = sum over the union of the columns of its block rows, for blocks with a side of 16 or 32 (sm_90a).
//
// A panel of B (PanelK rows x 128 columns) is loaded once for all block rows of the tile that need it. A's blocks are
// repacked once per matrix into 16 x 16 fragments in register order (convert/pack.cu), so that each warp reads its piece
// of A with one 16-byte shared load per lane and feeds it to wgmma from registers; a warp whose strip has no block in
// the step feeds zeros, and a 64-row group without any block skips the product.
//
// Roles: in warpgroup 0, warp 0 loads and warps 1 and 2 store; warpgroups 1 to 4 multiply, 64 rows each. The products
// are short (64 clocks), so what limits a warpgroup is the chain wait, fetch, multiply, release: four of them overlap.
#pragma once

#include "../epilogue/general.cuh"
#include "../epilogue/staged.cuh"
#include "../pipeline/ring.cuh"
#include "../ptx/fence.cuh"
#include "../ptx/grid_dependency.cuh"
#include "../ptx/mbarrier.cuh"
#include "../ptx/mma.cuh"
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
  static constexpr int kWorkers = 4;
  static constexpr int kStrips = 4;                              // of a worker, one a warp
  static constexpr int kStoreChunks = kN / 64;
  static constexpr int kStagingBytes = kStoreChunks * epilogue::kStagedChunkBytes;  // of one worker
  // The block is launched with 96 registers a thread; what it holds then is all that can be shared out:
  // 32 + 4 * 112 = 5 * 96.
  static constexpr int kProducerRegisters = 32;
  static constexpr int kWorkerRegisters = 112;

  // Named barriers, one a worker: results staged, staging free, and the worker's own.
  static constexpr int kWarpgroupBarrier = 1;
  static constexpr int kStagedBarrier = 5;
  static constexpr int kFreeBarrier = 9;
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

  // This warp's fragment of A, or zeros. A predicated load: a branch around it would cost more than the load.
  __device__ static void load_fragment(uint32_t (&r)[4], uint32_t address, bool present) {
    asm volatile(
        "{\n\t.reg .pred p;\n\tsetp.ne.b32 p, %5, 0;\n\t"
        "mov.b32 %0, 0;\n\tmov.b32 %1, 0;\n\tmov.b32 %2, 0;\n\tmov.b32 %3, 0;\n\t"
        "@p ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];\n\t}"
        : "=&r"(r[0]), "=&r"(r[1]), "=&r"(r[2]), "=&r"(r[3])
        : "r"(address), "r"(static_cast<int>(present))
        : "memory");
  }

  __device__ static void multiply_stage(Accumulators& d, const Stage& stage, uint64_t b, uint2 masks, int strip,
                                        int first_strip, int lane) {
    const uint32_t low = ptx::warp_uniform(masks.x), high = ptx::warp_uniform(masks.y);
    const uint32_t mask[kSteps] = {low & 0xffff, low >> 16, high & 0xffff, high >> 16};
    uint32_t a[kSteps][4];
    uint32_t address = ptx::shared_address(stage.a) + lane * 16;
#pragma unroll
    for (int step = 0; step < kSteps; ++step) {
      const uint32_t below = __popc(mask[step] & ((1u << strip) - 1));
      load_fragment(a[step], address + below * kNarrowFragmentBytes, (mask[step] >> strip) & 1);
      address += __popc(mask[step]) * kNarrowFragmentBytes;
    }
    ptx::wgmma_fence();
#pragma unroll
    for (int step = 0; step < kSteps; ++step) {
      const uint32_t offset = step * 16 / PanelK * kPanelBytes + step * 16 % PanelK * 128;
      if ((mask[step] >> first_strip) & 0xf) {
        ptx::wgmma_fence();
        ptx::Wgmma<T, kN, 0, 1>::rs(d, a[step], tile::advance(b, offset), 1);
      }
    }
    ptx::wgmma_commit();
    ptx::wgmma_wait<0>();
    ptx::pin(d);
  }

  __device__ static void multiply(const NarrowParams& p, Shared& s, int owner, int worker, int thread) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    Ring ring;
    const int first_strip = kStrips * worker;
    const int strip = first_strip + ptx::warp_uniform(thread >> 5);
    const int lane = thread & 31;
    const uint64_t b_base = tile::mn_major(s.stage[0].b, kChunkBytes);
    Accumulators d;
    for (; !work.done(); work.advance()) {
      const WorkItem& item = work.current();
#pragma unroll
      for (int i = 0; i < kN / 2; ++i) d[i] = 0.0f;
      ptx::pin(d);
      for (int stage = item.first; stage < item.last; ++stage) {
        ptx::mbarrier_wait(&s.full[ring.slot], ring.parity);
        multiply_stage(d, s.stage[ring.slot], tile::advance(b_base, ring.slot * kNarrowStageBytes), s.masks[ring.slot],
                       strip, first_strip, lane);
        // Each warp reads its own fragments and the masks, so each warp releases the stage: one lane for all, behind the
        // reads of all.
        __syncwarp();
        if (lane == 0) ptx::mbarrier_arrive(&s.empty[ring.slot]);
        ring.advance();
      }
      if (any_not_finite(d)) {
        finish_exactly(p, s, item, strip, worker, thread);
      } else {
        finish(p, s, item, d, worker, thread);
      }
    }
  }

  // ---- infinities and NaN -----------------------------------------------------------------------------------------
  // Zeros stand for a strip's missing blocks, and zero times infinity is NaN. A warp that finds a result that is not
  // finite therefore computes its strip again from the blocks that it has, step by step and without the others' panels.
  __device__ static bool any_not_finite(const Accumulators& d) {
    float probe = 0.0f;
#pragma unroll
    for (int i = 0; i < kN / 2; ++i) probe = fmaf(d[i], 0.0f, probe);
    return __any_sync(~0u, probe != 0.0f);
  }

  __device__ static uint32_t b_pair(const NarrowParams& p, const uint16_t* b, int k, int column) {
    if (column >= p.epilogue.columns) return 0;
    const uint32_t low = k < p.b_rows ? b[k * p.b_leading + column] : 0;
    const uint32_t high = k + 1 < p.b_rows ? b[(k + 1) * p.b_leading + column] : 0;
    return low | high << 16;
  }

  // Sums of this warp's strip and columns 8 j .. 8 j + 7 of the tile, laid out as mma's D.
  __device__ static float4 exact_columns(const NarrowParams& p, const WorkItem& item, int strip, int j, int lane) {
    const uint16_t* b = static_cast<const uint16_t*>(p.b_values) + item.batch * p.b_batch_stride;
    const char* packed = static_cast<const char*>(p.packed) + item.batch * p.packed_batch_stride;
    const int column = item.panel * kN + 8 * j + lane / 4;
    float sum[4] = {};
#pragma unroll 1
    for (int index = item.first; index < item.last; ++index) {
      const NarrowStage& stage = p.stages[index];
      uint32_t fragment = stage.first_fragment;
#pragma unroll 1
      for (int step = 0; step < kSteps; ++step) {
        const uint32_t mask = stage.mask[step];
        if ((mask >> strip) & 1) {
          const int64_t mine = fragment + __popc(mask & ((1u << strip) - 1));
          const uint4 words = *reinterpret_cast<const uint4*>(packed + mine * kNarrowFragmentBytes + lane * 16);
          const uint32_t a[4] = {words.x, words.y, words.z, words.w};
          const int k = stage.k[step * 16 / PanelK] + step * 16 % PanelK + 2 * (lane % 4);
          ptx::mma_m16n8k16<T>(sum, a, b_pair(p, b, k, column), b_pair(p, b, k + 8, column));
        }
        fragment += __popc(mask);
      }
    }
    return make_float4(sum[0], sum[1], sum[2], sum[3]);
  }

  // ---- results ----------------------------------------------------------------------------------------------------
  __device__ static bool leaves_staged(const NarrowParams& p, const WorkItem& item) {
    return item.partial < 0 && p.epilogue.staged;
  }

  // First rows of C of the worker's strips of the tile; -1: none.
  __device__ static const int32_t* strip_rows(const NarrowParams& p, const WorkItem& item, int worker) {
    return p.tile_rows + item.slot_row[0] * kNarrowStrips + kStrips * worker;
  }

  __device__ static void finish(const NarrowParams& p, Shared& s, const WorkItem& item, Accumulators& d, int worker,
                                int thread) {
    char* staging = s.staging[worker];
    const int32_t* strips = strip_rows(p, item, worker);
    if (leaves_staged(p, item)) {
      if (epilogue::needs_transform(p.epilogue)) {
        const int row0 = __ldg(strips + (thread >> 5));
        if (row0 >= 0) epilogue::transform(d, p.epilogue, row0 - 16 * (thread >> 5), thread);
      }
      ptx::indexed_barrier_sync<kFreeBarrier, kWorkers, kStoreThreads>(worker);
#pragma unroll
      for (int chunk = 0; chunk < kStoreChunks; ++chunk)
        epilogue::stage_columns<T>(ptx::shared_address(staging) + chunk * epilogue::kStagedChunkBytes, d, 32 * chunk,
                                   thread);
      ptx::fence_async_shared();
    } else {
      ptx::indexed_barrier_sync<kFreeBarrier, kWorkers, kStoreThreads>(worker);
      float* floats = reinterpret_cast<float*>(staging);
      float* partial = p.partials + static_cast<int64_t>(item.partial) * (kNarrowTileRows * kN) +
                       worker * 64 * kN;
#pragma unroll
      for (int chunk = 0; chunk < kN / epilogue::kGeneralChunk; ++chunk) {
        const int column = chunk * epilogue::kGeneralChunk;
        ptx::warpgroup_sync<kWarpgroupBarrier, kWorkers>(worker);
        epilogue::stage_chunk(floats, d, column / 2, thread);
        ptx::warpgroup_sync<kWarpgroupBarrier, kWorkers>(worker);
        store_chunk(p, item, floats, partial, strips, column, thread);
      }
    }
    ptx::indexed_barrier_arrive<kStagedBarrier, kWorkers, kStoreThreads>(worker);
  }

  // The same, barrier for barrier, for a warp that computes its strip again.
  __device__ static void finish_exactly(const NarrowParams& p, Shared& s, const WorkItem& item, int strip, int worker,
                                        int thread) {
    char* staging = s.staging[worker];
    const int32_t* strips = strip_rows(p, item, worker);
    const int lane = thread & 31;
    const int row = 16 * (thread >> 5) + lane / 4;  // of the worker's 64; the other one is 8 below
    ptx::indexed_barrier_sync<kFreeBarrier, kWorkers, kStoreThreads>(worker);
    if (leaves_staged(p, item)) {
      const EpilogueParams& e = p.epilogue;
      const int first = __ldg(strips + (thread >> 5)) + lane / 4;
      const float low = e.bias && first >= 0 && first < e.rows ? __ldg(e.bias + first) : 0.0f;
      const float high = e.bias && first >= 0 && first + 8 < e.rows ? __ldg(e.bias + first + 8) : 0.0f;
#pragma unroll 1
      for (int j = 0; j < kN / 8; ++j) {
        const float4 v = exact_columns(p, item, strip, j, lane);
        char* place = staging + j / 8 * epilogue::kStagedChunkBytes + row * 128 + ((j % 8 ^ (row & 7)) << 4) + lane % 4 * 4;
        *reinterpret_cast<uint32_t*>(place) =
            tile::pack<T>(epilogue::finish(e, v.x, 0.0f, low), epilogue::finish(e, v.y, 0.0f, low));
        *reinterpret_cast<uint32_t*>(place + 8 * 128) =
            tile::pack<T>(epilogue::finish(e, v.z, 0.0f, high), epilogue::finish(e, v.w, 0.0f, high));
      }
      ptx::fence_async_shared();
    } else {
      float* floats = reinterpret_cast<float*>(staging);
      float* partial = p.partials + static_cast<int64_t>(item.partial) * (kNarrowTileRows * kN) + worker * 64 * kN;
#pragma unroll 1
      for (int column = 0; column < kN; column += epilogue::kGeneralChunk) {
        ptx::warpgroup_sync<kWarpgroupBarrier, kWorkers>(worker);
#pragma unroll 1
        for (int j = 0; j < epilogue::kGeneralChunk / 8; ++j) {
          const float4 v = exact_columns(p, item, strip, column / 8 + j, lane);
          const int place = 8 * j + 2 * (lane % 4);
          *reinterpret_cast<float2*>(floats + epilogue::general_offset(row, place)) = make_float2(v.x, v.y);
          *reinterpret_cast<float2*>(floats + epilogue::general_offset(row + 8, place)) = make_float2(v.z, v.w);
        }
        ptx::warpgroup_sync<kWarpgroupBarrier, kWorkers>(worker);
        store_chunk(p, item, floats, partial, strips, column, thread);
      }
    }
    ptx::indexed_barrier_arrive<kStagedBarrier, kWorkers, kStoreThreads>(worker);
  }

  __device__ static void store_chunk(const NarrowParams& p, const WorkItem& item, const float* floats, float* partial,
                                     const int32_t* strips, int column, int thread) {
    if (item.partial >= 0) {
      epilogue::partial_store(floats, partial, kN, column, thread);
    } else {
      epilogue::general_store(floats, p.epilogue, item.batch, epilogue::StripRows{strips}, item.panel * kN + column,
                              thread);
    }
  }

  // A worker's rows leave in pieces of neighbouring rows, one lane a piece. A store warp serves two workers.
  __device__ static void store(const NarrowParams& p, Shared& s, int owner, int first_worker) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    const int lane = ptx::lane_index();
    const int pieces = 64 / p.piece_rows;
    const int chunk = lane / pieces;
    const int strip = lane % pieces * (p.piece_rows / 16);
    for (; !work.done(); work.advance()) {
      const WorkItem& item = work.current();
      for (int worker = first_worker; worker < first_worker + 2; ++worker)
        ptx::indexed_barrier_arrive<kFreeBarrier, kWorkers, kStoreThreads>(worker);
      for (int worker = first_worker; worker < first_worker + 2; ++worker) {
        ptx::indexed_barrier_sync<kStagedBarrier, kWorkers, kStoreThreads>(worker);
        if (leaves_staged(p, item) && chunk < kStoreChunks) {
          const int row = __ldg(strip_rows(p, item, worker) + strip);
          const int column = item.panel * kN + 64 * chunk;
          const char* source = s.staging[worker] + chunk * epilogue::kStagedChunkBytes + strip * 16 * 128;
          if (row >= 0 && column < p.epilogue.columns)
            ptx::tma_store_hint(&p.c, source, ptx::kEvictFirst, column, row, item.batch);
          ptx::bulk_commit();
        }
        __syncwarp();
      }
      ptx::bulk_wait_read<0>();
      __syncwarp();
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
      if (warp == 1 || warp == 2) store(p, s, owner, 2 * (warp - 1));
    } else {
      ptx::setmaxnreg_inc<kWorkerRegisters>();
      const int worker = ptx::warp_uniform(static_cast<int>(threadIdx.x >> 7)) - 1;
      multiply(p, s, owner, worker, static_cast<int>(threadIdx.x & 127));
    }
  }
};

}  // namespace sparsek::gemm
