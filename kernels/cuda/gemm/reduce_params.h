// Parameters of the reduction of split rows (gemm/reduce.cu). Shared by host and device; plain C++.
#pragma once

#include "../include/epilogue_params.h"
#include "../include/work_item.h"

namespace sparsek {

struct ReduceParams {
  const SplitTile* tiles;
  const float* partials;  // slot s, CTA r of the cluster: tile number s * cluster + r, tile_rows x tile_columns
  const int32_t* strips;  // of tiles made of strips: their first rows, by slot_row[0] (the tile's number); else null
  int32_t cluster, tile_columns;
  EpilogueParams epilogue;
};

constexpr int kReduceThreads = 128;
constexpr int kReduceRows = 64, kReduceColumns = 32;  // of C, a block

}  // namespace sparsek
