// Tiles of the union kernel: which columns of its block rows a tile visits, and in which order A's pieces are packed.
#pragma once

#include <cstdint>
#include <vector>

#include "../../../../kernels/cuda/gemm/narrow_params.h"
#include "spmm_plan.h"
#include "spmm_schedule.h"

namespace sparsek::ops {

struct Unions {
  std::vector<RowTile> tiles;              // slot_row[0] is the tile's number; entries are stages
  std::vector<NarrowStage> stages;
  std::vector<int32_t> tile_rows;          // kNarrowStrips a tile
  std::vector<int32_t> fragment_sources;   // block * pieces of a block + piece
  int64_t panels = 0;                      // panels of B fetched for one column of tiles
};

// Rows of B that one panel holds, for a block width.
int narrow_panel_rows(int block_columns);

// `groups` as `group_block_rows` gives them, 256 / block rows to a tile.
Unions build_unions(const PatternView& pattern, const std::vector<int32_t>& groups);

}  // namespace sparsek::ops
