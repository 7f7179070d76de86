// C tile (one block row x up to 64 columns) = sum of its blocks times panels of B, bound by the loads of A (sm_90).
//
// Small blocks: every warp walks its own part of the list with its own ring of stages in shared memory, filled by cp.async;
// no barrier joins warps before their sums meet. Blocks with sides of 64 and 128 and many columns: the warps of a CTA share
// a ring ("joint"), so that a panel of B is fetched once for all rows. Loads straight into registers cannot replace a ring:
// ptxas counts all loads of a loop that it does not unroll fully on one scoreboard, so that the oldest waits for the newest.
//
// Warps of a block row split it by rows (16 or 32 a warp), then by k; the CTAs of a cluster split k further. Sums are added
// in a fixed order: warps of a CTA first, then CTAs, through distributed shared memory.
//
// A stage holds a step of 16, 32 or 64 k: rows of A and the panel of B, in rows of 16-byte pieces that are XORed so
// that ldmatrix finds the eight rows of a matrix in different banks.
#pragma once

#include "../epilogue/quad.cuh"
#include "../ptx/cluster.cuh"
#include "../ptx/cp_async.cuh"
#include "../ptx/grid_dependency.cuh"
#include "../ptx/matrix_move.cuh"
#include "../ptx/mma.cuh"
#include "skinny_panels.cuh"
#include "skinny_params.h"

namespace sparsek::gemm {

template <typename T, int NT, int Strips, int Step, template <int, int> class OrderedB>
struct Skinny {
  using PanelB = OrderedB<NT, Step>;
  static constexpr int kN = 8 * NT;
  static constexpr bool kJoint = skinny_joint(kN, Step);
  static constexpr int kThreads = kJoint ? kSkinnyThreads : 32;  // that fill a stage together
  static constexpr int kStepShift = Step == 64 ? 6 : Step == 32 ? 5 : 4;
  static constexpr int kProducts = Step / 16;
  static constexpr int kWarpRows = 16 * Strips;
  static constexpr int kPieces = Step / 8;                // of a row of A in a stage
  static constexpr int kStages = skinny_stages(kN, Strips, Step);
  static constexpr int kStageBytes = skinny_stage_bytes(kN, Strips, Step);
  static constexpr int kABytes = skinny_stage_rows(kN, Strips, Step) * Step * 2;
  static constexpr int kChunks = kN / 4;                  // 16-byte pieces of a row of sums
  static_assert(!kJoint || Strips == 2);
  static_assert(kStages > 1);
  using Sums = float[Strips][NT][4];

  // Float index of a 16-byte piece of a warp's sums. The XOR spreads the rows that a warp writes at once over the banks.
  __device__ static int sum_offset(int row, int chunk) {
    constexpr int kSpread = kChunks < 8 ? kChunks : 8;
    return row * kN + ((chunk ^ (row & 7) * kSpread / 8) << 2);
  }

  // The blocks' columns, 64 read ahead.
  struct Columns {
    const int32_t* indices;
    int32_t base;           // position of lane 0's entry in `held`
    int32_t last;           // position behind the last
    int32_t held, ahead;    // indices base + lane, base + 32 + lane

    __device__ int32_t index_at(int32_t position) const { return position < last ? __ldg(indices + position) : 0; }
    __device__ Columns(const int32_t* all, int32_t position, int32_t end) : indices(all), base(position), last(end) {
      held = index_at(base + ptx::lane_index());
      ahead = index_at(base + 32 + ptx::lane_index());
    }
    __device__ int32_t of(int32_t position) {
      if (position - base >= 32) {
        base += 32;
        held = ahead;
        ahead = index_at(base + 32 + ptx::lane_index());
      }
      return __shfl_sync(~0u, held, position - base);
    }
  };

  // A thread's share of a stage of A.
  struct CopierOfA {
    static constexpr int kRowsAtOnce = kThreads / kPieces;
    static_assert(kRowsAtOnce % 4 == 0);
    const uint16_t* from;  // in the block at position 0
    int64_t stride;
    uint32_t to;
    int copies;

    __device__ CopierOfA(const SkinnyParams& p, const WorkItem& item, int first_row, int thread) {
      const int row = thread / kPieces, piece = thread % kPieces;
      from = static_cast<const uint16_t*>(p.values) + item.batch * p.values_batch_stride +
             ((first_row + row) << p.column_shift) + 8 * piece;
      stride = kRowsAtOnce << p.column_shift;
      to = piece_offset<kPieces>(row, piece);
      copies = (kJoint ? 1 << p.row_shift : kWarpRows) / kRowsAtOnce;
    }

    __device__ void copy(uint32_t stage, int64_t offset) const {
      const uint16_t* source = from + offset;
      constexpr int kMost = (kJoint ? 128 : kWarpRows) / kRowsAtOnce;
#pragma unroll
      for (int j = 0; j < kMost; ++j, source += stride) {
        if (kJoint && j >= copies) break;
        const uint32_t place = kRowsAtOnce % 8 != 0 && j % 2 != 0 ? to ^ 4 * kPieces / 8 * 16 : to;
        ptx::cp_async_16(stage + place + j * (kRowsAtOnce * kPieces * 16), source, 16);
      }
    }
  };

  // Product i of a stage: 16 k, for the warp's rows. `a` and `b` are offsets of the lane's rows of ldmatrix.
  __device__ static void multiply(Sums& sums, uint32_t stage, uint32_t a, uint32_t b, int i) {
    uint32_t fb[NT][2];
    PanelB::fetch(fb, stage + kABytes, b, i);
    const uint32_t pieces = stage + (a ^ 32 * i);
#pragma unroll
    for (int strip = 0; strip < Strips; ++strip) {
      uint32_t fa[4];
      ptx::ldmatrix_x4(fa, pieces + strip * (16 * kPieces * 16));
#pragma unroll
      for (int t = 0; t < NT; ++t) ptx::mma_m16n8k16<T>(sums[strip][t], fa, fb[t][0], fb[t][1]);
    }
  }

  __device__ static void leave(float* own, const Sums& sums, int lane) {
    const int g = lane / 4, c = lane % 4;
#pragma unroll
    for (int strip = 0; strip < Strips; ++strip)
#pragma unroll
      for (int half = 0; half < 2; ++half)
#pragma unroll
        for (int t = 0; t < NT; ++t)
          *reinterpret_cast<float2*>(own + sum_offset(16 * strip + 8 * half + g, 2 * t + c / 2) + 2 * (c % 2)) =
              make_float2(sums[strip][t][2 * half], sums[strip][t][2 * half + 1]);
  }

  __device__ static float4 add(float4 x, float4 y) { return make_float4(x.x + y.x, x.y + y.y, x.z + y.z, x.w + y.w); }

  // How a block row is divided: rows and k over the warps of a CTA, k over the CTAs of a cluster.
  struct Division {
    int row_parts, k_parts, rank;
  };

  __device__ static void run(const SkinnyParams& p) {
    extern __shared__ __align__(128) char raw[];
    const int warp = ptx::warp_index(), lane = ptx::lane_index();
    ptx::grid_dependency_launch();
    const WorkItem item = p.items[blockIdx.x >> p.cluster_shift];
    const int row_shift = max(0, p.row_shift - (Strips == 2 ? 5 : 4));
    const Division division{1 << row_shift, kSkinnyWarps >> row_shift,
                            p.cluster_shift > 0 ? static_cast<int>(ptx::cluster_rank()) : 0};
    const int row_part = warp & (division.row_parts - 1), k_part = warp >> row_shift;
    // The ring's part of the steps.
    const int part = kJoint ? division.rank : division.rank * division.k_parts + k_part;
    const int parts_shift = p.cluster_shift + (kJoint ? 0 : kSkinnyWarpsShift - row_shift);
    const int block_shift = p.row_shift + p.column_shift, steps_shift = p.column_shift - kStepShift;
    const int64_t steps = (item.last - item.first) << steps_shift;
    const int32_t origin = item.first << steps_shift;
    const int32_t begin = origin + static_cast<int32_t>(steps * part >> parts_shift);
    const int32_t end = origin + static_cast<int32_t>(steps * (part + 1) >> parts_shift);
    // The item and the indices belong to the plan; values, B and C may still be written by the grid ahead.
    Columns columns(p.indices, begin >> steps_shift, item.last);
    const int thread = kJoint ? static_cast<int>(threadIdx.x) : lane;
    const CopierOfA a(p, item, kJoint ? 0 : row_part * kWarpRows, thread);
    const ViewOfB view{static_cast<const uint16_t*>(p.b) + item.batch * p.b_batch_stride, p.b_leading, p.k,
                       p.epilogue.columns, p.aligned != 0};
    const typename PanelB::template Copier<kThreads> b(view, thread);
    const auto fill = [&](uint32_t stage, int32_t step) {
      const int32_t position = step >> steps_shift;
      const int32_t inside = (step & ((1 << steps_shift) - 1)) * Step;
      a.copy(stage, (static_cast<int64_t>(position) << block_shift) + inside);
      b.copy(stage + kABytes, view, (columns.of(position) << p.column_shift) + inside);
    };
    const auto join = [] {
      if constexpr (kJoint) {
        __syncthreads();
      } else {
        __syncwarp();
      }
    };
    ptx::grid_dependency_wait();

    const uint32_t ring = ptx::shared_address(raw) + (kJoint ? 0 : warp * (kStages * kStageBytes));
    const uint32_t ring_end = ring + kStages * kStageBytes;
    uint32_t filled = ring, used = ring;
    const auto next = [&](uint32_t stage) { return stage + kStageBytes == ring_end ? ring : stage + kStageBytes; };
#pragma unroll 1
    for (int d = 0; d < kStages - 1; ++d, filled += kStageBytes) {
      if (begin + d < end) fill(filled, begin + d);
      ptx::cp_async_commit();
    }
    Sums sums = {};
    const uint32_t a_offset = piece_offset<kPieces>((kJoint ? row_part * kWarpRows : 0) + (lane & 15), lane >> 4);
    const uint32_t b_offset = PanelB::fetch_offset(lane);
#pragma unroll 1
    for (int32_t step = begin; step < end; ++step) {
      ptx::cp_async_wait<kStages - 2>();
      join();  // everybody's pieces have landed, and all have read the stage that is filled next
      if (step + kStages - 1 < end) fill(filled, step + kStages - 1);
      ptx::cp_async_commit();
      filled = next(filled);
      if constexpr (kJoint) {
        for (int i = k_part; i < kProducts; i += division.k_parts) multiply(sums, used, a_offset, b_offset, i);
      } else {
#pragma unroll
        for (int i = 0; i < kProducts; ++i) multiply(sums, used, a_offset, b_offset, i);
      }
      used = next(used);
    }
    __syncthreads();  // the rings become room for the sums
    float* shared = reinterpret_cast<float*>(raw);
    leave(shared + warp * (kWarpRows * kN), sums, lane);
    __syncthreads();
    finish(p, item, shared, division, static_cast<int>(threadIdx.x));
  }

  // Sum of one 16-byte piece over the warps of this CTA that share its rows.
  __device__ static float4 local_sum(const float* from, const Division& division) {
    float4 sum = *reinterpret_cast<const float4*>(from);
    for (int q = 1; q < division.k_parts; ++q)
      sum = add(sum, *reinterpret_cast<const float4*>(from + q * division.row_parts * (kWarpRows * kN)));
    return sum;
  }

  __device__ static void finish(const SkinnyParams& p, const WorkItem& item, float* shared, const Division& division,
                                int thread) {
    const int rows = division.row_parts * kWarpRows;
    const int rows_shift = max(p.row_shift, Strips == 2 ? 5 : 4);
    const int pieces = rows * kChunks;
    // Neighbouring threads write neighbours in memory: pieces of a row, or rows of a transposed result.
    const auto row_of = [&](int piece) { return p.epilogue.transposed ? piece & (rows - 1) : piece / kChunks; };
    const auto chunk_of = [&](int piece) { return p.epilogue.transposed ? piece >> rows_shift : piece % kChunks; };
    const auto place = [&](int piece) {
      const int row = row_of(piece);
      return shared + row / kWarpRows * (kWarpRows * kN) + sum_offset(row % kWarpRows, chunk_of(piece));
    };
    int first = thread, stop = pieces;
    if (p.cluster_shift > 0) {
      if (division.k_parts > 1)
        for (int piece = thread; piece < pieces; piece += kSkinnyThreads) {
          float* at = place(piece);
          *reinterpret_cast<float4*>(at) = local_sum(at, division);
        }
      ptx::cluster_sync();
      first = (pieces * division.rank >> p.cluster_shift) + thread;
      stop = pieces * (division.rank + 1) >> p.cluster_shift;
    }
    for (int piece = first; piece < stop; piece += kSkinnyThreads) {
      const float* at = place(piece);
      float4 sum;
      if (p.cluster_shift > 0) {
        const uint32_t address = ptx::shared_address(at);
        sum = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
#pragma unroll 2
        for (int peer = 0; peer < 1 << p.cluster_shift; ++peer)
          sum = add(sum, ptx::load_cluster_float4(ptx::map_shared_rank(address, peer)));
      } else {
        sum = local_sum(at, division);
      }
      const int row = row_of(piece), column = 4 * chunk_of(piece);
      if (item.partial >= 0) {
        float* tile = p.partials + static_cast<int64_t>(item.partial) * (rows * kN);
        *reinterpret_cast<float4*>(tile + row * kN + column) = sum;
      } else {
        epilogue::store_quad(p.epilogue, item.batch, item.slot_row[0] + row, column, sum);
      }
    }
    // No CTA may leave while a peer reads its sums.
    if (p.cluster_shift > 0) ptx::cluster_sync();
  }
};

}  // namespace sparsek::gemm
