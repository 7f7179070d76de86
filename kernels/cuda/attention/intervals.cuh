// A clause as an interval of keys for each query: the arithmetic that the producer (whole tiles) and the consumers
// (single rows) share.
#pragma once

#include "params.h"

namespace sparsek::attention {

struct Interval {
  int begin, end;  // half-open; empty when begin >= end
};

__device__ __forceinline__ Clause load_clause(const Clause* clause) {
  const int4* words = reinterpret_cast<const int4*>(clause);
  const int4 low = __ldg(words), high = __ldg(words + 1);
  return {low.x, low.y, low.z, low.w, high.x, high.y, static_cast<Relation>(high.z), 0};
}

// Keys that the query at absolute position `row` sees by this clause. Both ends never decrease from one row of the
// clause's row range to the next: documents are contiguous spans in order.
__device__ __forceinline__ Interval visible_keys(const Params& p, const Clause& clause, int row) {
  Interval keys{max(max(row + clause.diagonal_min, clause.column_begin), 0),
                min(min(row + clause.diagonal_max + 1, clause.column_end), p.key_length)};
  if (row < clause.row_begin || row >= clause.row_end) keys.end = 0;
  if (clause.relation != Relation::kAny) {
    if (row < 0 || row >= p.key_length) {
      keys.end = 0;
    } else {
      const int start = __ldg(p.document_start + row), end = __ldg(p.document_end + row);
      if (clause.relation == Relation::kAfter) {
        keys.begin = max(keys.begin, end);
      } else {
        if (clause.relation == Relation::kSame) keys.begin = max(keys.begin, start);
        keys.end = min(keys.end, clause.relation == Relation::kSame ? end : start);
      }
    }
  }
  return keys;
}

}  // namespace sparsek::attention
