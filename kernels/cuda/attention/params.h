// What the attention kernel receives. Shared by host and device; plain C++.
#pragma once

#include <cstdint>

#include "../include/tensor_map.h"

namespace sparsek::attention {

constexpr int kConsumers = 2;                   // warpgroups
constexpr int kConsumerRows = 64;               // query rows of each, wgmma's height
constexpr int kThreads = 128 * (1 + kConsumers);

// Warpgroups that share a tile of `side` queries, and tiles that a thread block works on at a time.
constexpr int team_size(int side) { return side / kConsumerRows; }
constexpr int teams_of(int side) { return kConsumers / team_size(side); }

// `side`: edge of the mask's blocks, 128 or 64 (the latter up to 128 dimensions).
// Keys of one stage of the K and V rings. Above 128 dimensions a stage of 128 keys is too large for two of each.
constexpr int keys_per_step(int dim, int side) { return dim <= 128 ? side : 64; }
// With two Qs, the next item's first scores run under the end of an item.
constexpr int q_stages(int dim, int side) { return dim <= (side == 64 ? 64 : 128) ? 2 : 1; }
constexpr int k_stages(int dim, int side) { return dim <= 64 ? 4 : side == 64 || dim == 192 ? 3 : 2; }
constexpr int v_stages(int dim, int side) { return dim <= 64 ? 4 : side == 64 ? 3 : 2; }
// Where there is no room for both Q and O.
constexpr bool stages_output_in_q(int dim, int side) { return dim > (side == 64 ? 64 : 192); }

// Dynamic shared memory of an instance: per team of warpgroups the rings of Q, K and V, O, and 1 KB of announcements and
// barriers; 1 KB to align, because dynamic shared memory is only 16-byte aligned by contract.
constexpr int shared_bytes(int dim, int side) {
  const int rows = side * (q_stages(dim, side) + (stages_output_in_q(dim, side) ? 0 : 1)) +
                   keys_per_step(dim, side) * (k_stages(dim, side) + v_stages(dim, side));
  return (2 * dim * rows + 1024) * teams_of(side) + 1024;
}
static_assert(shared_bytes(128, 128) <= 232448 && shared_bytes(128, 64) <= 232448 && shared_bytes(192, 128) <= 232448 &&
                  shared_bytes(256, 128) <= 232448,
              "a block has 227 KB");

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

// One mask pattern. Regular (indptr is kNone): the union of the clauses, whose blocks the producer warp derives as it
// goes. Stored: block compressed sparse rows of side x side blocks. Arrays are byte offsets into Masks::arrays.
constexpr int64_t kNone = -1;
struct alignas(16) Pattern {
  int64_t indptr;
  int64_t indices;
  int64_t fill;     // kNone: all full
  int64_t bitmaps;  // `side` rows of side / 32 words each
  int64_t clauses;
  int32_t clause_count;
  int32_t reserved;
};
static_assert(sizeof(Pattern) == 48, "kernel and host must agree");

// The patterns of a plan, and which one each head has.
struct Masks {
  const uint8_t* arrays;          // where the patterns' arrays lie
  const Pattern* patterns;
  const int32_t* head_map;        // [map_batches, map_heads]: index into patterns
};

// A part of a work item, where a plan splits long items along their keys. `begin` and `end` count the entries of the row of
// a stored pattern; of a regular one they are block columns.
struct alignas(16) Chunk {
  int32_t code;     // (batch * heads + head) * query_tiles + tile
  int32_t begin, end;
  int32_t partial;  // where its O and log-sum-exp go; -1: it is a whole item
};

// What a clause is evaluated against.
struct Geometry {
  int32_t query_length, key_length;
  const int32_t* document_start;  // [key_length] or null
  const int32_t* document_end;
};

// Inside the kernels scores, and the logits of sinks, are in base 2, because exp2 is a single instruction.
constexpr float kLog2e = 1.4426950408889634f;
constexpr float kLn2 = 0.69314718055994531f;

struct ScoreOptions {
  float scale;       // natural units; any sign where scores are modified
  float scale_log2;  // scale * log2(e)
  float softcap;     // 0: none
};

struct Params {
  // Dimensions, innermost first: head dimension, sequence, head, batch. Boxes are 64 elements wide.
  TensorMap q, k, v, o;
  Geometry geometry;
  Masks masks;
  const int32_t* order;           // work items (batch * heads + head) * query_tiles + tile, longest first; null: computed
  const Chunk* chunks;            // the work items when some are split, longest first; else null
  float* partial_out;             // [partials, side, instance dimension]: O of the parts, each normalised by itself
  float* partial_lse;             // [partials, side]: natural log-sum-exp of the parts, without sinks
  uint32_t* ticket;               // one counter, 0 before a launch, which leaves it at 0; one launch at a time
  float* lse;                     // [batch, heads, query_length] or null
  const float* sinks;             // [heads] or null
  const float* slopes;            // ALiBi, [heads] or null; read by the instances with score modifiers
  int32_t map_batches, map_heads;
  int32_t batch, heads;
  int32_t group;                  // query heads of one K/V head
  int32_t query_tiles;
  int32_t items;                  // batch * heads * query_tiles, or the number of chunks
  int32_t section;                // (batch, head) pairs whose K and V share the L2 cache: worked off together
  int32_t descending;             // computed order: 1 takes query tiles from the last to the first
  ScoreOptions scores;            // `softcap` is read by the instances with score modifiers
};

}  // namespace sparsek::attention
