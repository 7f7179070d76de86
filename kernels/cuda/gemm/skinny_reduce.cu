// Adds the pieces of split rows of the kernel for few columns in a fixed order and finishes them. One block a split tile.
#include "../epilogue/quad.cuh"
#include "../ptx/grid_dependency.cuh"
#include "skinny_params.h"

extern "C" __global__ void __launch_bounds__(sparsek::kSkinnyThreads)
    sparsek_skinny_reduce(const __grid_constant__ sparsek::SkinnyReduceParams p) {
  using namespace sparsek;
  const SplitTile tile = p.tiles[blockIdx.x];
  ptx::grid_dependency_wait();
  const int quads = p.tile_columns / 4;
  const int pieces = p.tile_rows * quads;
  const int64_t floats = int64_t{4} * pieces;
  for (int piece = static_cast<int>(threadIdx.x); piece < pieces; piece += kSkinnyThreads) {
    const float* from = p.partials + tile.first_partial * floats + 4 * piece;
    float4 sum = *reinterpret_cast<const float4*>(from);
    for (int i = 1; i < tile.partials; ++i) {
      const float4 part = *reinterpret_cast<const float4*>(from + i * floats);
      sum = make_float4(sum.x + part.x, sum.y + part.y, sum.z + part.z, sum.w + part.w);
    }
    epilogue::store_quad(p.epilogue, tile.batch, tile.slot_row[0] + piece / quads, piece % quads * 4, sum);
  }
}
