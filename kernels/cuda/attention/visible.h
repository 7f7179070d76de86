// Which keys a clause shows to a query, and which blocks to a tile of queries. Shared by the producer warp (blocks as it
// goes), the consumers (elements of partial blocks) and the planner (cost of a tile); plain C++.
#pragma once

#include "params.h"

#ifdef __CUDACC__
#define SPARSEK_HOST_DEVICE __host__ __device__ __forceinline__
#else
#define SPARSEK_HOST_DEVICE inline
#endif

namespace sparsek::attention {

SPARSEK_HOST_DEVICE int smaller(int a, int b) { return a < b ? a : b; }
SPARSEK_HOST_DEVICE int larger(int a, int b) { return a > b ? a : b; }

struct Interval {
  int begin, end;  // half-open; empty when begin >= end
};

// Keys that the query at absolute position `row` sees by this clause. Over the rows of a clause neither end decreases:
// documents are contiguous spans in order.
SPARSEK_HOST_DEVICE Interval visible_keys(const Geometry& g, const Clause& clause, int row) {
  Interval keys{larger(larger(row + clause.diagonal_min, clause.column_begin), 0),
                smaller(smaller(row + clause.diagonal_max + 1, clause.column_end), g.key_length)};
  if (row < clause.row_begin || row >= clause.row_end) keys.end = 0;
  if (clause.relation != Relation::kAny) {
    if (row < 0 || row >= g.key_length) {
      keys.end = 0;
    } else {
      const int start = g.document_start[row], end = g.document_end[row];
      if (clause.relation == Relation::kAfter) {
        keys.begin = larger(keys.begin, end);
      } else {
        if (clause.relation == Relation::kSame) keys.begin = larger(keys.begin, start);
        keys.end = smaller(keys.end, clause.relation == Relation::kSame ? end : start);
      }
    }
  }
  return keys;
}

// Block columns that one clause makes visible in a tile, and those among them that it makes visible in full.
struct alignas(16) BlockRange {
  int begin, end;
  int full_begin, full_end;
};

// `Rows`: queries of a tile; `Keys`: keys of a block.
template <int Rows, int Keys = Rows>
SPARSEK_HOST_DEVICE BlockRange clause_blocks(const Geometry& g, const Clause& clause, int tile) {
  const int offset = g.key_length - g.query_length;  // bottom-right alignment
  const int tile_first = tile * Rows + offset;
  const int tile_last = smaller(tile * Rows + Rows, g.query_length) - 1 + offset;
  int first = larger(tile_first, clause.row_begin);
  const int last = smaller(tile_last, clause.row_end - 1);
  if (clause.relation != Relation::kAny) first = larger(first, 0);  // positions before the keys are in no document
  if (first > last) return {0, 0, 0, 0};
  const Interval low = visible_keys(g, clause, first), high = visible_keys(g, clause, last);
  if (low.begin >= high.end) return {0, 0, 0, 0};
  BlockRange range{low.begin / Keys, (high.end + Keys - 1) / Keys, 0, 0};
  if (first == tile_first && last == tile_last && high.begin < low.end) {
    range.full_begin = (high.begin + Keys - 1) / Keys;
    // The ragged last block is full when all keys that exist are visible.
    range.full_end = (low.end == g.key_length ? low.end + Keys - 1 : low.end) / Keys;
  }
  return range;
}

}  // namespace sparsek::attention
