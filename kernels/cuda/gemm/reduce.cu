// Adds the pieces of split rows in a fixed order and finishes the tile. One block for 64 x 32 of C:
// grid = (split tiles, column chunks of a cluster's panel, 64-row groups of a tile).
#include "../epilogue/general.cuh"
#include "reduce_params.h"

extern "C" __global__ void __launch_bounds__(sparsek::kReduceThreads)
    sparsek_reduce_partials(const __grid_constant__ sparsek::ReduceParams p) {
  using namespace sparsek;
  static_assert(kReduceColumns == epilogue::kGeneralChunk);
  __shared__ __align__(16) float sums[kReduceRows * epilogue::kGeneralChunk];
  const SplitTile tile = p.tiles[blockIdx.x];
  const int row0 = blockIdx.z == 0 ? tile.slot_row[0] : tile.slot_row[1];
  if (!p.strips && row0 < 0) return;
  const int chunks = p.tile_columns / epilogue::kGeneralChunk;
  const int rank = static_cast<int>(blockIdx.y) / chunks;
  const int chunk_column = static_cast<int>(blockIdx.y) % chunks * epilogue::kGeneralChunk;
  const int thread = static_cast<int>(threadIdx.x);
  const int tile_rows = kReduceRows * static_cast<int>(gridDim.z);
  const int64_t tile_floats = static_cast<int64_t>(tile_rows) * p.tile_columns;
  const int column = (thread % epilogue::kGeneralQuads) * 4;
  for (int row = thread / epilogue::kGeneralQuads; row < kReduceRows; row += kReduceThreads / epilogue::kGeneralQuads) {
    const int64_t within = static_cast<int64_t>(blockIdx.z * kReduceRows + row) * p.tile_columns + chunk_column + column;
    float4 sum = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    for (int piece = 0; piece < tile.partials; ++piece) {
      const int64_t slot = static_cast<int64_t>(tile.first_partial + piece) * p.cluster + rank;
      const float4 part = *reinterpret_cast<const float4*>(p.partials + slot * tile_floats + within);
      sum = make_float4(sum.x + part.x, sum.y + part.y, sum.z + part.z, sum.w + part.w);
    }
    *reinterpret_cast<float4*>(sums + epilogue::general_offset(row, column)) = sum;
  }
  __syncthreads();
  const int column0 = (tile.panel * p.cluster + rank) * p.tile_columns + chunk_column;
  if (p.strips) {
    const int32_t* strips = p.strips + (tile.slot_row[0] * gridDim.z + blockIdx.z) * 4;
    epilogue::general_store(sums, p.epilogue, tile.batch, epilogue::StripRows{strips}, column0, thread);
  } else {
    epilogue::general_store(sums, p.epilogue, tile.batch, epilogue::PlainRows{row0}, column0, thread);
  }
}
