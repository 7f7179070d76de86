// Parameters of the kernels for few columns of B (gemm/skinny.cuh). Shared by host and device; plain C++.
#pragma once

#include <cstdint>

#include "../include/epilogue_params.h"
#include "../include/work_item.h"

namespace sparsek {

struct SkinnyParams {
  const WorkItem* items;  // one a cluster: slot_row[0] is the tile's first row; first, last are block positions
  const int32_t* indices;
  const void* values;     // blocks, row-major, 16-byte aligned
  const void* b;          // row order: element (k, n) at b[k * b_leading + n]; column order: at b[n * b_leading + k]
  float* partials;        // pieces of split rows: slot s at s * block_rows * columns of the instance
  int64_t b_leading, b_batch_stride;
  int64_t values_batch_stride;  // 0: all matrices of the batch use the same A
  int32_t k;              // rows of B
  int32_t aligned;        // B's rows (columns, in column order) may be read in pieces of 16 bytes
  int32_t row_shift;      // log2 of the blocks' rows
  int32_t column_shift;   // log2 of the blocks' columns
  int32_t cluster_shift;  // log2 of the CTAs that share an item
  EpilogueParams epilogue;
};

// Adds the pieces of split rows: one block a split tile.
struct SkinnyReduceParams {
  const SplitTile* tiles;
  const float* partials;
  int32_t tile_rows, tile_columns;
  EpilogueParams epilogue;
};

constexpr int kSkinnyColumns = 64;  // most columns of B
constexpr int kSkinnyWarpsShift = 3;
constexpr int kSkinnyWarps = 1 << kSkinnyWarpsShift;
constexpr int kSkinnyThreads = 32 * kSkinnyWarps;
constexpr int kSkinnyMaxCluster = 8;

// Columns that the instance for N columns computes: 8, 16, 32 or 64.
constexpr int skinny_columns(int64_t n) { return n <= 8 ? 8 : n <= 16 ? 16 : n <= 32 ? 32 : 64; }
// Rows of a warp: blocks of 16 rows have one strip of 16, larger ones two, which share what is read of B.
constexpr int skinny_strips(int block_rows) { return block_rows == 16 ? 1 : 2; }
// k of a stage: 64, a whole line of A, where blocks are wide enough.
constexpr int skinny_step(int block_rows, int block_columns) {
  return block_columns == 16 ? 16 : block_rows >= 64 && block_columns >= 64 ? 64 : 32;
}
// Many columns: the warps of a CTA share a ring, so that a panel of B comes once for all rows of a block.
constexpr bool skinny_joint(int columns, int step) { return columns >= 32 && step == 64; }
// Rows of A in a stage; those of a joint ring may have 64 only.
constexpr int skinny_stage_rows(int columns, int strips, int step) { return skinny_joint(columns, step) ? 128 : 16 * strips; }
// Bytes of a stage: rows of A, and a panel of B.
constexpr int skinny_stage_bytes(int columns, int strips, int step) {
  return step * (skinny_stage_rows(columns, strips, step) + columns) * 2;
}
constexpr int skinny_rings(int columns, int step) { return skinny_joint(columns, step) ? 1 : kSkinnyWarps; }
// CTAs that share a multiprocessor: what limits the kernel is the time that a warp takes from one instruction to the next,
// so there are as many warps as registers allow, and 2 x 96 KB in flight. The rest of the memory is L1, for B.
constexpr int kSkinnyResidents = 2;
constexpr int kSkinnyRingBytes = 98304;
constexpr int skinny_stages(int columns, int strips, int step) {
  const int fit = kSkinnyRingBytes / (skinny_rings(columns, step) * skinny_stage_bytes(columns, strips, step));
  return fit > 8 ? 8 : fit;
}
// The rings, which later hold the sums.
constexpr int skinny_shared_bytes(int columns, int strips, int step) {
  const int ring =
      skinny_rings(columns, step) * skinny_stages(columns, strips, step) * skinny_stage_bytes(columns, strips, step);
  const int sums = kSkinnyWarps * 16 * strips * columns * 4;
  return ring > sums ? ring : sums;
}

}  // namespace sparsek
