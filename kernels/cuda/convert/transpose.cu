// Transposes the blocks of a block-sparse matrix into the order of the transposed pattern. One thread block a 32 x 32 piece
// of a block: grid = (blocks x pieces of a block, 1, batch), because the other directions of a grid count to 65535 only.
#include <cuda_runtime.h>

#include "transpose_params.h"

namespace {

template <typename Word>
__device__ void transpose(const sparsek::TransposeParams& p) {
  constexpr int kSide = sparsek::kTransposeSide;
  __shared__ Word piece[kSide][kSide + 1];
  const int across = (p.block_columns + kSide - 1) / kSide;
  const int down = (p.block_rows + kSide - 1) / kSide;
  const int64_t block = blockIdx.x / static_cast<unsigned>(across * down);
  const int tile = static_cast<int>(blockIdx.x % static_cast<unsigned>(across * down));
  const int row0 = tile / across * kSide, column0 = tile % across * kSide;
  const int x = static_cast<int>(threadIdx.x) % kSide, y0 = static_cast<int>(threadIdx.x) / kSide;
  const int64_t block_size = static_cast<int64_t>(p.block_rows) * p.block_columns;
  const int64_t batch = blockIdx.z * p.values_batch_stride;
  const Word* in = static_cast<const Word*>(p.values) + batch + p.source[block] * block_size;
  Word* out = static_cast<Word*>(p.transposed) + batch + block * block_size;
  for (int y = y0; y < kSide; y += sparsek::kTransposeThreads / kSide)
    if (row0 + y < p.block_rows && column0 + x < p.block_columns)
      piece[y][x] = in[static_cast<int64_t>(row0 + y) * p.block_columns + column0 + x];
  __syncthreads();
  for (int y = y0; y < kSide; y += sparsek::kTransposeThreads / kSide)
    if (column0 + y < p.block_columns && row0 + x < p.block_rows)
      out[static_cast<int64_t>(column0 + y) * p.block_rows + row0 + x] = piece[x][y];
}

}  // namespace

extern "C" __global__ void __launch_bounds__(sparsek::kTransposeThreads)
    sparsek_transpose_blocks_16(const __grid_constant__ sparsek::TransposeParams p) {
  transpose<uint16_t>(p);
}

extern "C" __global__ void __launch_bounds__(sparsek::kTransposeThreads)
    sparsek_transpose_blocks_32(const __grid_constant__ sparsek::TransposeParams p) {
  transpose<uint32_t>(p);
}
