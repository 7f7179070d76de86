// Distributes tiles over CTAs (or clusters) ahead of time.
#pragma once

#include <cstdint>
#include <vector>

#include "../../../../kernels/cuda/include/work_item.h"
#include "spmm_plan.h"

namespace sparsek::ops {

// A tile's rows, whatever its column panel.
struct RowTile {
  int32_t slot_row[2];
  int32_t first, last;  // entries
  int64_t cost;         // of the main loop, in the units of `epilogue_cost`
  int64_t bytes;        // of A
};

struct ScheduleInput {
  std::vector<RowTile> tiles;
  int panels, batch, owners;
  int64_t epilogue_cost;
  int64_t split_cost;   // of the second launch that adds the pieces of split tiles
  int min_piece;        // fewest entries of a piece of a split tile
  int raster_rows;      // tiles of a raster group; 0: as many as fit `raster_bytes`
  int64_t raster_bytes;
};

struct Schedule {
  std::vector<WorkItem> items;
  std::vector<int32_t> item_first;  // owners + 1
  std::vector<SplitTile> splits;
  int partials = 0;
  double imbalance = 1.0;
};

Schedule schedule_tiles(const ScheduleInput& input);

}  // namespace sparsek::ops
