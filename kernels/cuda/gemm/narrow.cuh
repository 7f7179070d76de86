// C tile (256 x 128) = sum over the union of the columns of its block rows, for blocks with a side of 16 or 32 (sm_90a).
//
// A panel of B (16 or 32 rows x 128 columns) is loaded once for all block rows of the tile that need it. A's blocks are
// repacked once per matrix into 16 x 16 fragments in register order (convert/pack.cu), so that each warp reads its piece
// of A with one 16-byte shared load per lane and feeds it to wgmma from registers; a warp whose strip has no block in
// the step feeds zeros, and a 64-row group without any block skips the product.
//
// Roles: in warpgroup 0, warp 0 loads and warps 1 and 2 store; warpgroups 1 to 4 multiply, 64 rows each. The products
// are short (64 clocks), so what limits a warpgroup is the chain wait, fetch, multiply, release: four of them overlap.
#pragma once

#include "../pipeline/ring.cuh"
#include "../ptx/grid_dependency.cuh"
#include "../ptx/mbarrier.cuh"
#include "../ptx/setmaxnreg.cuh"
#include "../ptx/tma.cuh"
#include "../ptx/wgmma.cuh"
#include "../scheduler/work_list.cuh"
#include "../tile/descriptor.cuh"
#include "narrow_results.cuh"
#include "narrow_shape.cuh"

namespace sparsek::gemm {

template <typename T, int PanelRows>
struct Narrow {
  using Shape = NarrowShape<PanelRows>;
  using Results = NarrowResults<T, Shape>;
  using Shared = typename Shape::Shared;
  using Stage = typename Shape::Stage;
  using Ring = typename Shape::Ring;
  using Accumulators = typename Shape::Accumulators;

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
    char* b = s.stage[slot].b + panel * Shape::kPanelBytes;
    if (p.chunked) {
      ptx::tma_load(b, &p.b, &s.full[slot], ptx::kEvictNormal, 0, k, column / 64, batch);
    } else {
#pragma unroll
      for (int chunk = 0; chunk < Shape::kN / 64; ++chunk)
        ptx::tma_load(b + chunk * Shape::kChunkBytes, &p.b, &s.full[slot], ptx::kEvictNormal, column + 64 * chunk, k, batch);
    }
  }

  __device__ static void load(const NarrowParams& p, Shared& s, int owner) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    Ring ring;
    StageWords ahead = load_stage_words(p, work.current(), 0);
    for (; !work.done(); work.advance()) {
      const WorkItem& item = work.current();
      const int column = item.panel * Shape::kN;
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
            const int k[Shape::kSteps] = {high.x, high.y, high.z, high.w};
            const uint32_t a_bytes = static_cast<uint32_t>(low.y) * kNarrowFragmentBytes;
            uint32_t bytes = a_bytes;
#pragma unroll
            for (int panel = 0; panel < Shape::kPanels; ++panel) bytes += k[panel] >= 0 ? Shape::kPanelBytes : 0;
            s.masks[ring.slot] = make_uint2(low.z, low.w);
            ptx::mbarrier_arrive_expect(&s.full[ring.slot], bytes);
            const auto first = static_cast<int64_t>(static_cast<uint32_t>(low.x));
            ptx::bulk_load(s.stage[ring.slot].a, packed + first * kNarrowFragmentBytes, a_bytes, &s.full[ring.slot],
                           ptx::kEvictNormal);
#pragma unroll
            for (int panel = 0; panel < Shape::kPanels; ++panel)
              if (k[panel] >= 0) load_panel(p, s, ring.slot, panel, k[panel], column, item.batch);
          }
          __syncwarp();
          ring.advance();
        }
      }
    }
  }

  // ---- products ---------------------------------------------------------------------------------------------------
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
                                        int first_strip, int lane, ptx::Barrier* empty) {
    const uint32_t low = ptx::warp_uniform(masks.x), high = ptx::warp_uniform(masks.y);
    const uint32_t mask[Shape::kSteps] = {low & 0xffff, low >> 16, high & 0xffff, high >> 16};
    uint32_t a[Shape::kSteps][4];
    uint32_t address = ptx::shared_address(stage.a) + lane * 16;
#pragma unroll
    for (int step = 0; step < Shape::kSteps; ++step) {
      const uint32_t below = __popc(mask[step] & ((1u << strip) - 1));
      load_fragment(a[step], address + below * kNarrowFragmentBytes, (mask[step] >> strip) & 1);
      address += __popc(mask[step]) * kNarrowFragmentBytes;
    }
    ptx::wgmma_fence();
#pragma unroll
    for (int step = 0; step < Shape::kSteps; ++step) {
      const uint32_t offset = step * 16 / Shape::kPanelRows * Shape::kPanelBytes + step * 16 % Shape::kPanelRows * 128;
      if ((mask[step] >> first_strip) & 0xf) {
        ptx::wgmma_fence();
        ptx::Wgmma<T, Shape::kN, 0, 1>::rs(d, a[step], tile::advance(b, offset), 1);
      }
    }
    ptx::wgmma_commit();
    ptx::mbarrier_arrive(empty);  // under the products: the fragments are in registers
    ptx::wgmma_wait<0>();
    ptx::pin(d);
  }

  __device__ static void multiply(const NarrowParams& p, Shared& s, int owner, int worker, int thread) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    Ring ring;
    const int first_strip = Shape::kStrips * worker;
    const int strip = first_strip + ptx::warp_uniform(thread >> 5);
    const int lane = thread & 31;
    const uint64_t b_base = tile::mn_major(s.stage[0].b, Shape::kChunkBytes);
    Accumulators d;
    for (; !work.done(); work.advance()) {
      const WorkItem& item = work.current();
#pragma unroll
      for (int i = 0; i < Shape::kN / 2; ++i) d[i] = 0.0f;
      ptx::pin(d);
      for (int stage = item.first; stage < item.last; ++stage) {
        ptx::mbarrier_wait(&s.full[ring.slot], ring.parity);
        multiply_stage(d, s.stage[ring.slot], tile::advance(b_base, ring.slot * kNarrowStageBytes), s.masks[ring.slot],
                       strip, first_strip, lane, &s.empty[ring.slot]);
        // wgmma groups belong to the warpgroup: they have completed for all threads when they have for one.
        if (thread == 0) ptx::mbarrier_arrive(&s.empty[ring.slot]);
        ring.advance();
      }
      if (Results::Exact::any_not_finite(d)) {
        Results::finish_exactly(p, s, item, strip, worker, thread);
      } else {
        Results::finish(p, s, item, d, worker, thread);
      }
    }
  }

  // ---- kernel -----------------------------------------------------------------------------------------------------
  __device__ static void run(const NarrowParams& p) {
    extern __shared__ char raw[];
    Shared& s = *reinterpret_cast<Shared*>(raw + tile::bytes_to_tile(raw));
    const int warp = ptx::warp_index();
    const int owner = static_cast<int>(blockIdx.x);

    if (threadIdx.x == 0) {
      for (int i = 0; i < Shape::kStages; ++i) {
        ptx::mbarrier_init(&s.full[i], 1);
        ptx::mbarrier_init(&s.empty[i], Shape::kReleases);
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
      ptx::setmaxnreg_dec<Shape::kProducerRegisters>();
      if (warp == 0) load(p, s, owner);
      if (warp == 1 || warp == 2) Results::store(p, s, owner, 2 * (warp - 1));
    } else {
      ptx::setmaxnreg_inc<Shape::kWorkerRegisters>();
      const int worker = ptx::warp_uniform(static_cast<int>(threadIdx.x >> 7)) - 1;
      multiply(p, s, owner, worker, static_cast<int>(threadIdx.x & 127));
    }
  }
};

}  // namespace sparsek::gemm
