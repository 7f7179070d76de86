// What the portable attention kernels receive (attention/portable.cuh). Shared by host and device; plain C++.
#pragma once

#include "../include/epilogue_params.h"
#include "params.h"

namespace sparsek::attention {

// Queries of a tile: 16 a warp. Float32 takes twice the space of the half types, hence smaller tiles.
constexpr int portable_rows(ElementType type) { return type == ElementType::kF32 ? 32 : 64; }
constexpr int portable_threads(ElementType type) { return 2 * portable_rows(type); }
// Keys of a step.
constexpr int portable_keys(ElementType type, int dim) { return type == ElementType::kF32 || dim > 128 ? 32 : 64; }
// Elements from one row in shared memory to the next: the eight rows of an ldmatrix, or the four columns that a quad reads
// of float32, then lie in different banks.
constexpr int portable_pitch(ElementType type, int dim) { return dim + (type == ElementType::kF32 ? 1 : 8); }
// Q, and one step of K and of V.
constexpr int portable_shared_bytes(ElementType type, int dim) {
  return (portable_rows(type) + 2 * portable_keys(type, dim)) * portable_pitch(type, dim) *
         (type == ElementType::kF32 ? 4 : 2);
}
static_assert(portable_shared_bytes(ElementType::kF32, 256) <= 101376 &&
                  portable_shared_bytes(ElementType::kF16, 256) <= 101376 &&
                  portable_shared_bytes(ElementType::kF16, 128) <= 101376,
              "a block of compute capability 8.6 and 8.9 has 99 KB");

// A tensor [batch, heads, sequence, dim] of any layout whose rows are contiguous; strides in elements.
struct PortableView {
  void* base;
  int64_t sequence_stride, head_stride, batch_stride;
  int32_t vectors;  // 1: every row begins at a multiple of 16 bytes and is as long as one
  int32_t reserved;
};

struct PortableParams {
  PortableView q, k, v, o;
  Geometry geometry;
  Masks masks;
  float* lse;                     // [batch, heads, query_length] or null
  const float* sinks;             // [heads] or null
  const float* slopes;            // ALiBi, [heads] or null
  int32_t map_batches, map_heads;
  int32_t heads;
  int32_t group;                  // query heads of one K/V head
  int32_t query_tiles;
  int32_t side;                   // edge of the stored patterns' blocks: 64 or 128
  int32_t qk_dim, v_dim;          // up to the instance's dimension
  ElementType out_type;
  ScoreOptions scores;
};

}  // namespace sparsek::attention
