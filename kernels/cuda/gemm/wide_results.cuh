// Results of the kernels for blocks of 64 and 128 rows: from the accumulators of a warpgroup to memory.
#pragma once

#include "../epilogue/general.cuh"
#include "../epilogue/staged.cuh"
#include "../ptx/fence.cuh"
#include "../ptx/grid_dependency.cuh"
#include "../ptx/named_barrier.cuh"
#include "../ptx/scalar.cuh"
#include "../ptx/tma.cuh"
#include "../scheduler/work_list.cuh"
#include "wide_shape.cuh"

namespace sparsek::gemm {

template <typename T, typename Shape>
struct WideResults {
  using Shared = typename Shape::Shared;
  using Accumulators = typename Shape::Accumulators;

  // Whether the item's results leave through the store warp's tensor stores.
  __device__ static bool leaves_staged(const WideParams& p, const WorkItem& item) {
    return item.partial < 0 && p.epilogue.staged;
  }

  // Results on their way from the accumulators to shared memory. They wait in registers until the next tile's first
  // products are under way, so that the tensor cores idle only while they are converted.
  struct Held {
    // A tile as 16-bit pairs; or, while left > Shape::kPasses, its right half as float32 that awaits its activation.
    uint32_t word[Shape::kN / 4];
    int left = 0;  // passes to be staged; or Shape::kPasses + pieces of the right half
  };
  static constexpr int kPieces = 4;  // of the right half, each under the products of another step

  // Writes 16-bit pairs from word `First` of `words` as one pass. Called by the 128 threads of a half.
  template <int First, int Count>
  __device__ static void stage_pass(Shared& s, const uint32_t (&words)[Count], int half, int thread) {
    const uint32_t staging = ptx::shared_address(s.staging[half]);
    begin_pass(half);
#pragma unroll
    for (int chunk = 0; chunk < Shape::kStoreChunks; ++chunk)
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
  __device__ static void stage_groups(Shared& s, const Value (&values)[Shape::kPassColumns / 2], int half, int thread) {
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
  __device__ static void stage_activated(const WideParams& p, Shared& s, const Value (&values)[Shape::kPassColumns / 2],
                                         int half, int thread) {
    if (p.epilogue.activation == Activation::kGelu) {
      stage_groups<Activation::kGelu, First, Last>(s, values, half, thread);
    } else {
      stage_groups<Activation::kSilu, First, Last>(s, values, half, thread);
    }
  }

  __device__ static void begin_pass(int half) {
    ptx::indexed_barrier_sync<Shape::kFreeBarrier, Shape::kHalves, Shape::kStoreThreads>(half);
  }

  __device__ static void end_pass(int half) {
    ptx::fence_async_shared();
    ptx::indexed_barrier_arrive<Shape::kStagedBarrier, Shape::kHalves, Shape::kStoreThreads>(half);
  }

  // The next part of what is held.
  __device__ static void stage_held(const WideParams& p, Shared& s, Held& held, int half, int thread) {
    if constexpr (Shape::kPasses == 1) {
      stage_pass<0>(s, held.word, half, thread);
    } else if (held.left == 1) {
      stage_pass<Shape::kPassColumns / 4>(s, held.word, half, thread);
    } else if (held.left == 2) {
      stage_pass<0>(s, held.word, half, thread);
    } else {
      stage_piece(p, s, held, half, thread);
      return;
    }
    --held.left;
  }

  __device__ static void stage_piece(const WideParams& p, Shared& s, Held& held, int half, int thread) {
    constexpr int kGroups = Shape::kPassColumns / 16 / kPieces;
    static_assert(kPieces == 4);
    if (held.left == Shape::kPasses + 4) {
      begin_pass(half);
      stage_activated<0, kGroups>(p, s, held.word, half, thread);
    } else if (held.left == Shape::kPasses + 3) {
      stage_activated<kGroups, 2 * kGroups>(p, s, held.word, half, thread);
    } else if (held.left == Shape::kPasses + 2) {
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
      for (int i = 0; i < Shape::kN / 4; ++i) held.word[i] = 0;  // tells the compiler that nothing is kept meanwhile
      return;
    }
    epilogue::scale_and_shift(Shape::pass_of(d, 0), p.epilogue.alpha, shift);
    if constexpr (Shape::kPasses == 1) {
      epilogue::activate_16bit(d, p.epilogue.activation);
    } else if (epilogue::has_long_activation(p.epilogue)) {
      // Half of the work on a long activation lies under the next tile's products.
#pragma unroll
      for (int i = 0; i < Shape::kPassColumns / 2; ++i)
        held.word[i] = ptx::multiply_add_word(p.epilogue.alpha, Shape::pass_of(d, 1)[i], (i & 2) ? shift.high : shift.low);
      begin_pass(half);
      stage_activated<0, Shape::kPassColumns / 16>(p, s, Shape::pass_of(d, 0), half, thread);
      end_pass(half);
      held.left = Shape::kPasses + kPieces;
      return;
    } else {
      epilogue::scale_and_shift(Shape::pass_of(d, 1), p.epilogue.alpha, shift);
      epilogue::relu_16bit(d, p.epilogue.activation);
    }
    pack(held.word, d);
    held.left = Shape::kPasses;
  }

  // What cannot leave by tensor store, through the same staging, 32 columns at a time. One loop over all chunks keeps the
  // code small: the choice of accumulators is all that needs code of its own for each chunk.
  __device__ static void finish_directly(const WideParams& p, Shared& s, const WorkItem& item, const Accumulators& d,
                                         uint32_t rank, int half, int row0, int thread) {
    float* staging = reinterpret_cast<float*>(s.staging[half]);
    const int64_t tile = static_cast<int64_t>(item.partial) * Shape::kCluster + rank;
    float* partial = p.partials + tile * (kWideTileRows * Shape::kN) + half * Shape::kHalfRows * Shape::kN;
    ptx::indexed_barrier_sync<Shape::kFreeBarrier, Shape::kHalves, Shape::kStoreThreads>(half);
#pragma unroll 1
    for (int column = 0; column < Shape::kN; column += epilogue::kGeneralChunk) {
      ptx::warpgroup_sync<Shape::kWarpgroupBarrier, Shape::kHalves>(half);
#pragma unroll
      for (int chunk = 0; chunk < Shape::kN / epilogue::kGeneralChunk; ++chunk)
        if (column == chunk * epilogue::kGeneralChunk)
          epilogue::stage_chunk(staging, d, chunk * epilogue::kGeneralChunk / 2, thread);
      ptx::warpgroup_sync<Shape::kWarpgroupBarrier, Shape::kHalves>(half);
      if (item.partial >= 0) {
        epilogue::partial_store(staging, partial, Shape::kN, column, thread);
      } else {
        epilogue::general_store(staging, p.epilogue, item.batch, epilogue::PlainRows{row0},
                                Shape::first_column(item, rank) + column, thread);
      }
    }
    ptx::indexed_barrier_arrive<Shape::kStagedBarrier, Shape::kHalves, Shape::kStoreThreads>(half);
  }

  __device__ static void store(const WideParams& p, Shared& s, int owner, uint32_t rank, int half) {
    scheduler::WorkList work(p.items, p.item_first, owner);
    const bool leader = ptx::elect_one();
    ptx::grid_dependency_wait();
    for (; !work.done(); work.advance()) {
      const WorkItem item = work.current();
      const int row0 = half == 0 ? item.slot_row[0] : item.slot_row[1];
      if (row0 < 0) continue;
      const int passes = leaves_staged(p, item) ? Shape::kPasses : 1;
      for (int pass = 0; pass < passes; ++pass) {
        ptx::indexed_barrier_arrive<Shape::kFreeBarrier, Shape::kHalves, Shape::kStoreThreads>(half);
        ptx::indexed_barrier_sync<Shape::kStagedBarrier, Shape::kHalves, Shape::kStoreThreads>(half);
        if (leader && leaves_staged(p, item)) {
          epilogue::store_staged<Shape::kStoreChunks>(s.staging[half], p.c, row0,
                                               Shape::first_column(item, rank) + pass * Shape::kPassColumns, item.batch,
                                               p.epilogue.columns);
        }
        __syncwarp();
      }
    }
    if (leader) ptx::bulk_wait<0>();
  }
};

}  // namespace sparsek::gemm
