// Repacks the blocks of A into 16 x 16 fragments in the register order of mma and wgmma, in the order in which the union
// kernel reads them. One warp a fragment; grid = (fragments / warps of a block, batch).
#include <cuda_runtime.h>

#include "pack_params.h"

extern "C" __global__ void __launch_bounds__(sparsek::kPackThreads)
    sparsek_pack_fragments(const __grid_constant__ sparsek::PackParams p) {
  const int64_t fragment = static_cast<int64_t>(blockIdx.x) * (sparsek::kPackThreads / 32) + threadIdx.x / 32;
  if (fragment >= p.fragments) return;
  const int lane = static_cast<int>(threadIdx.x & 31);
  const int across = p.block_columns / 16;
  const int pieces = across * (p.block_rows / 16);
  const int source = p.source[fragment];
  const int piece = source % pieces;
  const int64_t block = source / pieces;
  const uint16_t* base = p.values + blockIdx.y * p.values_batch_stride + block * (p.block_rows * p.block_columns) +
                         (piece / across * 16) * p.block_columns + piece % across * 16;
  const int row = lane / 4, k = lane % 4 * 2;
  const auto pair = [&](int r, int c) {
    return *reinterpret_cast<const uint32_t*>(base + r * p.block_columns + c);
  };
  static_cast<uint4*>(p.packed)[(blockIdx.y * p.fragments + fragment) * 32 + lane] =
      make_uint4(pair(row, k), pair(row + 8, k), pair(row, k + 8), pair(row + 8, k + 8));
}
