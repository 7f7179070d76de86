// Results of the union kernel for small blocks: from the accumulators of a worker to memory.
#pragma once

#include "../epilogue/general.cuh"
#include "../epilogue/staged.cuh"
#include "../ptx/fence.cuh"
#include "../ptx/named_barrier.cuh"
#include "../ptx/tma.cuh"
#include "../scheduler/work_list.cuh"
#include "narrow_exact.cuh"
#include "narrow_shape.cuh"

namespace sparsek::gemm {

template <typename T, typename Shape>
struct NarrowResults {
  using Exact = NarrowExact<T, Shape>;
  using Shared = typename Shape::Shared;
  using Accumulators = typename Shape::Accumulators;

  __device__ static bool leaves_staged(const NarrowParams& p, const WorkItem& item) {
    return item.partial < 0 && p.epilogue.staged;
  }

  // Where the worker's raw sums of a piece of a split tile go.
  __device__ static float* partial_of(const NarrowParams& p, const WorkItem& item, int worker) {
    return p.partials + static_cast<int64_t>(item.partial) * (kNarrowTileRows * Shape::kN) + worker * 64 * Shape::kN;
  }

  __device__ static void finish(const NarrowParams& p, Shared& s, const WorkItem& item, Accumulators& d, int worker,
                                int thread) {
    char* staging = s.staging[worker];
    const int32_t* strips = Shape::strip_rows(p, item, worker);
    if (leaves_staged(p, item)) {
      if (epilogue::needs_transform(p.epilogue)) {
        const int row0 = __ldg(strips + (thread >> 5));
        if (row0 >= 0) epilogue::transform(d, p.epilogue, row0 - 16 * (thread >> 5), thread);
      }
      ptx::indexed_barrier_sync<Shape::kFreeBarrier, Shape::kWorkers, Shape::kStoreThreads>(worker);
#pragma unroll
      for (int chunk = 0; chunk < Shape::kStoreChunks; ++chunk)
        epilogue::stage_columns<T>(ptx::shared_address(staging) + chunk * epilogue::kStagedChunkBytes, d, 32 * chunk,
                                   thread);
      ptx::fence_async_shared();
    } else {
      ptx::indexed_barrier_sync<Shape::kFreeBarrier, Shape::kWorkers, Shape::kStoreThreads>(worker);
      float* floats = reinterpret_cast<float*>(staging);
      float* partial = partial_of(p, item, worker);
#pragma unroll
      for (int chunk = 0; chunk < Shape::kN / epilogue::kGeneralChunk; ++chunk) {
        const int column = chunk * epilogue::kGeneralChunk;
        ptx::warpgroup_sync<Shape::kWarpgroupBarrier, Shape::kWorkers>(worker);
        epilogue::stage_chunk(floats, d, column / 2, thread);
        ptx::warpgroup_sync<Shape::kWarpgroupBarrier, Shape::kWorkers>(worker);
        store_chunk(p, item, floats, partial, strips, column, thread);
      }
    }
    ptx::indexed_barrier_arrive<Shape::kStagedBarrier, Shape::kWorkers, Shape::kStoreThreads>(worker);
  }

  // The same, barrier for barrier, for a warp that computes its strip again.
  __device__ static void finish_exactly(const NarrowParams& p, Shared& s, const WorkItem& item, int strip, int worker,
                                        int thread) {
    char* staging = s.staging[worker];
    const int32_t* strips = Shape::strip_rows(p, item, worker);
    const int lane = thread & 31;
    const int row = 16 * (thread >> 5) + lane / 4;  // of the worker's 64; the other one is 8 below
    ptx::indexed_barrier_sync<Shape::kFreeBarrier, Shape::kWorkers, Shape::kStoreThreads>(worker);
    if (leaves_staged(p, item)) {
      const EpilogueParams& e = p.epilogue;
      const int first = __ldg(strips + (thread >> 5)) + lane / 4;
      const float low = e.bias && first >= 0 && first < e.rows ? __ldg(e.bias + first) : 0.0f;
      const float high = e.bias && first >= 0 && first + 8 < e.rows ? __ldg(e.bias + first + 8) : 0.0f;
#pragma unroll 1
      for (int j = 0; j < Shape::kN / 8; ++j) {
        const float4 v = Exact::exact_columns(p, item, strip, j, lane);
        char* place = staging + j / 8 * epilogue::kStagedChunkBytes + row * 128 + ((j % 8 ^ (row & 7)) << 4) + lane % 4 * 4;
        *reinterpret_cast<uint32_t*>(place) =
            tile::pack<T>(epilogue::finish(e, v.x, 0.0f, low), epilogue::finish(e, v.y, 0.0f, low));
        *reinterpret_cast<uint32_t*>(place + 8 * 128) =
            tile::pack<T>(epilogue::finish(e, v.z, 0.0f, high), epilogue::finish(e, v.w, 0.0f, high));
      }
      ptx::fence_async_shared();
    } else {
      float* floats = reinterpret_cast<float*>(staging);
      float* partial = partial_of(p, item, worker);
#pragma unroll 1
      for (int column = 0; column < Shape::kN; column += epilogue::kGeneralChunk) {
        ptx::warpgroup_sync<Shape::kWarpgroupBarrier, Shape::kWorkers>(worker);
#pragma unroll 1
        for (int j = 0; j < epilogue::kGeneralChunk / 8; ++j) {
          const float4 v = Exact::exact_columns(p, item, strip, column / 8 + j, lane);
          const int place = 8 * j + 2 * (lane % 4);
          *reinterpret_cast<float2*>(floats + epilogue::general_offset(row, place)) = make_float2(v.x, v.y);
          *reinterpret_cast<float2*>(floats + epilogue::general_offset(row + 8, place)) = make_float2(v.z, v.w);
        }
        ptx::warpgroup_sync<Shape::kWarpgroupBarrier, Shape::kWorkers>(worker);
        store_chunk(p, item, floats, partial, strips, column, thread);
      }
    }
    ptx::indexed_barrier_arrive<Shape::kStagedBarrier, Shape::kWorkers, Shape::kStoreThreads>(worker);
  }

  __device__ static void store_chunk(const NarrowParams& p, const WorkItem& item, const float* floats, float* partial,
                                     const int32_t* strips, int column, int thread) {
    if (item.partial >= 0) {
      epilogue::partial_store(floats, partial, Shape::kN, column, thread);
    } else {
      epilogue::general_store(floats, p.epilogue, item.batch, epilogue::StripRows{strips}, item.panel * Shape::kN + column,
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
        ptx::indexed_barrier_arrive<Shape::kFreeBarrier, Shape::kWorkers, Shape::kStoreThreads>(worker);
      for (int worker = first_worker; worker < first_worker + 2; ++worker) {
        ptx::indexed_barrier_sync<Shape::kStagedBarrier, Shape::kWorkers, Shape::kStoreThreads>(worker);
        if (leaves_staged(p, item) && chunk < Shape::kStoreChunks) {
          const int row = __ldg(Shape::strip_rows(p, item, worker) + strip);
          const int column = item.panel * Shape::kN + 64 * chunk;
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
};

}  // namespace sparsek::gemm
