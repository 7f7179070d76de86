// One tile of C, or one piece of a long row, as every warp of a persistent kernel reads it.
//
// The list of each CTA (or cluster) is fixed when the plan is made. All roles read the same list, so they cannot
// disagree on how many steps a tile has; nothing is counted at run time, so a plan can run on several streams at once.
#pragma once

#include <cstdint>

namespace sparsek {

struct alignas(16) WorkItem {
  int32_t slot_row[2];  // first row of C of each half of the tile; -1: that half has no row
  int32_t panel;        // first column of C, in units of the tile (or cluster) width
  int32_t batch;
  int32_t first, last;  // entries of the tile: block positions, or entries of a union list
  int32_t partial;      // -1: a whole tile; else the slot in the workspace where the raw sums of this piece go
  int32_t reserved;
};
static_assert(sizeof(WorkItem) == 32, "loaded as two 16-byte words");

// One block column of two block rows that share a tile: where its panel of B starts and which blocks of A meet it.
struct alignas(16) PairEntry {
  int32_t k;         // first row of B
  int32_t block[2];  // block positions in A's values; -1: the row has no block here
  int32_t mask;      // bit i: block[i] is present
};
static_assert(sizeof(PairEntry) == 16, "loaded as one 16-byte word");

// A tile whose row was cut: its pieces' raw sums lie in consecutive slots of the workspace and are added in that order.
struct alignas(16) SplitTile {
  int32_t slot_row[2];
  int32_t panel, batch;
  int32_t first_partial, partials;
  int32_t reserved[2];
};
static_assert(sizeof(SplitTile) == 32, "shared by host and device");

}  // namespace sparsek
