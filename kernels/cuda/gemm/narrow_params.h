// Parameters of the union kernel for blocks with a side of 16 or 32 (gemm/narrow.cuh). Shared by host and device.
#pragma once

#include <cstdint>

#include "../include/epilogue_params.h"
#include "../include/tensor_map.h"
#include "../include/work_item.h"

namespace sparsek {

// Tile geometry, which the planner needs too. A tile has 16 strips of 16 rows; its block rows need not be neighbours.
constexpr int kNarrowTileRows = 256;
constexpr int kNarrowTileColumns = 128;
constexpr int kNarrowStrips = kNarrowTileRows / 16;
constexpr int kNarrowSteps = 4;                     // k16 steps of a stage
constexpr int kNarrowFragmentBytes = 16 * 16 * 2;   // a 16 x 16 piece of A in the order of the registers
constexpr int kNarrowMaxFragments = 32;             // of a stage
constexpr int kNarrowStages = 5;
constexpr int kNarrowWorkers = 4;                   // warpgroups that multiply, beside the one that loads and stores
constexpr int kNarrowThreads = 128 * (1 + kNarrowWorkers);
constexpr int kNarrowStageBytes = kNarrowSteps * 16 * kNarrowTileColumns * 2 + kNarrowMaxFragments * kNarrowFragmentBytes;
constexpr int kNarrowStagingBytes = kNarrowTileRows / kNarrowWorkers * kNarrowTileColumns * 2;  // of a worker
// Barriers and masks, and what it takes to align tiles with 128-byte swizzle: 1 KB each.
constexpr int kNarrowSharedBytes = kNarrowStages * kNarrowStageBytes + kNarrowWorkers * kNarrowStagingBytes + 2 * 1024;

// Up to four k16 steps. Bit i of mask[s]: strip i of the tile has a stored piece in step s. The pieces' fragments follow
// each other in the packed values: all of step 0 in strip order, then step 1, and so on.
struct alignas(16) NarrowStage {
  uint32_t first_fragment;
  uint32_t fragments;
  uint16_t mask[kNarrowSteps];
  int32_t k[kNarrowSteps];  // first row of B of each loaded panel (one panel covers one or two steps); -1: none
};
static_assert(sizeof(NarrowStage) == 32, "loaded as two 16-byte words");

struct NarrowParams {
  TensorMap b;  // {64, K, N / 64, batch} when `chunked`, else {N, K, batch}
  TensorMap c;  // {N, M, batch}, boxes of 64 columns x `piece_rows`
  const WorkItem* items;      // slot_row[0] is the tile's number; first, last count stages
  const int32_t* item_first;
  const NarrowStage* stages;
  const int32_t* tile_rows;   // first row of C of each strip of each tile; -1: none
  const void* packed;         // fragments
  float* partials;
  int64_t packed_batch_stride;  // bytes between the packed values of two matrices of a batch; 0: shared
  int32_t chunked;
  int32_t piece_rows;         // 16, 32 or 64 neighbouring rows of C that leave in one store
  int32_t has_blocks;
  // B as it lies in memory, for tiles with infinities or NaN.
  int32_t b_rows;
  const void* b_values;
  int64_t b_leading, b_batch_stride;
  EpilogueParams epilogue;
};

}  // namespace sparsek
