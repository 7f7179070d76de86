// What the attention kernel receives. Shared by host and device; plain C++.
#pragma once

#include <cstdint>

#include "../include/tensor_map.h"

namespace sparsek::attention {

constexpr int kTileRows = 128;  // query rows of a work item: two warpgroups of 64

// Document relation of a clause; the order of `DocumentRelation` in @sparsek/types.
enum class Relation : int32_t { kAny = 0, kSame = 1, kBefore = 2, kAfter = 3 };

// A MaskClause in 32-bit integers. Open ends are +-kOpen, which no sum with a position can overflow.
constexpr int32_t kOpen = 1 << 30;
struct alignas(16) Clause {
  int32_t diagonal_min, diagonal_max;  // inclusive bounds of key - query position
  int32_t row_begin, row_end;          // half-open, absolute query positions
  int32_t column_begin, column_end;    // half-open, keys
  Relation relation;
  int32_t reserved;
};
static_assert(sizeof(Clause) == 32, "loaded as two 16-byte words");

// Values of `fill`, as in @sparsek/types: every pair visible; decided by the clauses; 2 + b: bitmap b.
enum Fill : int32_t { kFillFull = 0, kFillClauses = 1, kFillBitmap = 2 };

// One mask pattern. Regular (indptr null): the union of the clauses, whose blocks the producer warp derives as it goes.
// Stored: block compressed sparse rows of 128 x 128 blocks; all pointers are device addresses.
struct alignas(16) Pattern {
  const int32_t* indptr;
  const int32_t* indices;
  const int32_t* fill;      // null: all full
  const uint32_t* bitmaps;  // kTileRows rows of four words each
  const Clause* clauses;
  int32_t clause_count;
  int32_t reserved;
};
static_assert(sizeof(Pattern) == 48, "kernel and host must agree");

struct Params {
  // Dimensions, innermost first: head dimension, sequence, head, batch. Boxes are 64 elements wide.
  TensorMap q, k, v, o;
  const Pattern* patterns;
  const int32_t* head_map;        // [map_batches, map_heads]: index into patterns
  const int32_t* document_start;  // [key_length] or null
  const int32_t* document_end;
  const int32_t* order;           // work items (batch * heads + head) * query_tiles + tile, longest first; null: computed
  uint32_t* ticket;               // one counter, 0 before the first launch; every launch leaves it at 0
  float* lse;                     // [batch, heads, query_length] or null
  const float* sinks;             // [heads] or null
  const float* slopes;            // ALiBi, [heads] or null; read by the instances with score modifiers
  int32_t map_batches, map_heads;
  int32_t batch, heads;
  int32_t group;                  // query heads of one K/V head
  int32_t query_length, key_length;
  int32_t query_tiles;
  int32_t items;                  // batch * heads * query_tiles
  int32_t section;                // (batch, head) pairs whose K and V share the L2 cache: worked off together
  int32_t descending;             // computed order: 1 takes query tiles from the last to the first
  float scale;                    // of the scores, natural units
  float scale_log2;               // scale * log2(e)
  float softcap;                  // 0: none; read by the instances with score modifiers
};

}  // namespace sparsek::attention
