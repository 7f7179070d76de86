// Parameters of the kernels for blocks of 64 and 128 rows (gemm/wide.cuh). Shared by host and device; plain C++.
#pragma once

#include <cstdint>

#include "../include/epilogue_params.h"
#include "../include/tensor_map.h"
#include "../include/work_item.h"

namespace sparsek {

struct WideParams {
  TensorMap a;  // A's values as {C, nnzb * R, batch}
  TensorMap b;  // B as {N, K, batch} (row-major) or {K, N, batch} (column-major)
  TensorMap c;  // C as {N, M, batch}, boxes of 64 x 64; unused when the epilogue is not staged
  const WorkItem* items;
  const int32_t* item_first;  // items of cluster i: item_first[i] .. item_first[i + 1] - 1
  const int32_t* indices;     // block columns, for blocks of 128 rows
  const PairEntry* pairs;     // union lists, for blocks of 64 rows
  float* partials;            // pieces of split rows, 128 x 256 float32 each
  int32_t a_batched;          // 1: A's values differ from matrix to matrix of the batch
  int32_t has_blocks;         // 0: A is empty and the maps of A and B are not set
  EpilogueParams epilogue;
};

// Tile geometry, which the planner needs too.
constexpr int kWideTileRows = 128;
constexpr int kWideHalfRows = kWideTileRows / 2;  // of a warpgroup, and blocks that come in pairs
constexpr int kWideTileColumns = 256;
constexpr int kWideFewTileColumns = 64;  // of the variant for few columns
constexpr int kWideStepK = 64;
constexpr int kWideThreads = 384;
constexpr int kWideStageBytes = (kWideTileRows + kWideTileColumns) * kWideStepK * 2;  // A and B
constexpr int kWideStages = 4;
constexpr int kWideStagingBytes = kWideTileRows * (kWideTileColumns / 2) * 2;  // half a tile
// Barriers and masks, and what it takes to align tiles with 128-byte swizzle: 1 KB each. The variant for few columns needs
// less: eight stages of half the size and its whole tile.
constexpr int kWideSharedBytes = kWideStages * kWideStageBytes + kWideStagingBytes + 2 * 1024;

}  // namespace sparsek
