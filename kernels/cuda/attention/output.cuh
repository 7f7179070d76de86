// End of a work item: normalise O, store it through shared memory and the copy engine, store the log-sum-exp.
#pragma once

#include "../ptx/fence.cuh"
#include "../ptx/matrix_move.cuh"
#include "../ptx/named_barrier.cuh"
#include "../ptx/tma.cuh"
#include "../tile/fragments.cuh"
#include "../tile/swizzle.cuh"
#include "config.cuh"
#include "softmax.cuh"

namespace sparsek::attention {

constexpr int kStagingBarrier = 3;  // named barriers 3 and 4: the threads of one warpgroup

// The 64 rows of this warpgroup: chunks of 64 columns, rows of 128 bytes, 16-byte pieces XORed with the row.
template <typename C, int Count>
__device__ __forceinline__ void stage_output(uint8_t* staging, const float (&o)[Count], int thread) {
  static_assert(Count == C::kDim / 2);
  const int lane = thread & 31;
  const int row = 16 * (thread >> 5) + (lane & 15);
#pragma unroll
  for (int j = 0; j < C::kDim / 16; ++j) {
    uint32_t words[4];
    tile::pack_columns<typename C::T>(words, o, 8 * j);
    const uint32_t offset = row * 128 + (j % 4) * 32 + (lane >> 4) * 16;
    ptx::stmatrix_x4(ptx::shared_address(staging + (j / 4) * C::kQChunkBytes) +
                         tile::swizzled<tile::Swizzle::k128>(offset),
                     words[0], words[1], words[2], words[3]);
  }
}

// A part of an item: O and the log-sum-exp as if there were no other keys, in float32, for the kernel that joins the parts.
template <typename C, int Count>
__device__ __forceinline__ void store_part(const Params& p, const float (&o)[Count], const SoftmaxState& state, float scale,
                                           int partial, int member, int thread) {
  const int row = 64 * member + 16 * (thread >> 5) + ((thread & 31) >> 2);
  const RowResults results = finish_rows(state, scale, -CUDART_INF_F);
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const int64_t place = static_cast<int64_t>(partial) * C::kSide + row + 8 * r;
    float* out = p.partial_out + place * C::kDim + 2 * (thread & 3);
#pragma unroll
    for (int j = 0; j < C::kDim / 8; ++j) {
      const int i = 4 * j + 2 * r;
      *reinterpret_cast<float2*>(out + 8 * j) = make_float2(o[i] * results.factor[r], o[i + 1] * results.factor[r]);
    }
    if ((thread & 3) == 0) p.partial_lse[place] = results.lse[r];
  }
}

// `member` is the warpgroup's place in the tile, `warpgroup` its own number.
template <typename C, int Count>
__device__ __forceinline__ void store_item(const Params& p, uint8_t* staging, float (&o)[Count],
                                           const SoftmaxState& state, float scale, const Item& item, int member,
                                           int warpgroup, int thread) {
  const int first_row = item.tile * C::kSide + 64 * member;
  const int row = first_row + 16 * (thread >> 5) + ((thread & 31) >> 2);
  const RowResults results = finish_rows(state, scale, item.sink2);
#pragma unroll
  for (int i = 0; i < Count; ++i) o[i] *= results.factor[(i >> 1) & 1];
  // The thread that issued the previous store waits until it has read the staging space; the barrier tells the others.
  if (thread == 0) ptx::bulk_wait_read<0>();
  ptx::warpgroup_sync<kStagingBarrier, kConsumers>(warpgroup);
  stage_output<C>(staging, o, thread);
  ptx::fence_async_shared();
  ptx::warpgroup_sync<kStagingBarrier, kConsumers>(warpgroup);
  if (thread == 0 && first_row < p.geometry.query_length) {
#pragma unroll
    for (int c = 0; c < C::kChunks; ++c)
      ptx::tma_store(&p.o, staging + c * C::kQChunkBytes, c * kChunk, first_row, item.head, item.batch);
    ptx::bulk_commit();
  }
  // Last, because the fence above would wait until these stores have arrived.
  if (p.lse != nullptr && (thread & 3) == 0) {
    const int64_t pair = static_cast<int64_t>(item.batch) * p.heads + item.head;
    float* rows = p.lse + pair * p.geometry.query_length + row;
    if (row < p.geometry.query_length) rows[0] = results.lse[0];
    if (row + 8 < p.geometry.query_length) rows[8] = results.lse[1];
  }
}

}  // namespace sparsek::attention
