// Results with infinities and NaN of the union kernel for small blocks.
//
// Zeros stand for a strip's missing blocks, and zero times infinity is NaN. A warp that finds a result that is not finite
// therefore computes its strip again from the blocks that it has, step by step and without the others' panels.
#pragma once

#include "../ptx/mma.cuh"
#include "narrow_shape.cuh"

namespace sparsek::gemm {

template <typename T, typename Shape>
struct NarrowExact {
  __device__ static bool any_not_finite(const typename Shape::Accumulators& d) {
    float probe = 0.0f;
#pragma unroll
    for (int i = 0; i < Shape::kN / 2; ++i) probe = fmaf(d[i], 0.0f, probe);
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
    const int column = item.panel * Shape::kN + 8 * j + lane / 4;
    float sum[4] = {};
#pragma unroll 1
    for (int index = item.first; index < item.last; ++index) {
      const NarrowStage& stage = p.stages[index];
      uint32_t fragment = stage.first_fragment;
#pragma unroll 1
      for (int step = 0; step < Shape::kSteps; ++step) {
        const uint32_t mask = stage.mask[step];
        if ((mask >> strip) & 1) {
          const int64_t mine = fragment + __popc(mask & ((1u << strip) - 1));
          const uint4 words = *reinterpret_cast<const uint4*>(packed + mine * kNarrowFragmentBytes + lane * 16);
          const uint32_t a[4] = {words.x, words.y, words.z, words.w};
          const int k = stage.k[step * 16 / Shape::kPanelRows] + step * 16 % Shape::kPanelRows + 2 * (lane % 4);
          ptx::mma_m16n8k16<T>(sum, a, b_pair(p, b, k, column), b_pair(p, b, k + 8, column));
        }
        fragment += __popc(mask);
      }
    }
    return make_float4(sum[0], sum[1], sum[2], sum[3]);
  }
};

}  // namespace sparsek::gemm
