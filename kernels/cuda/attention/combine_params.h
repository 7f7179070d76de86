// What the kernel receives that joins the parts of split attention rows. Shared by host and device; plain C++.
#pragma once

#include <cstdint>

namespace sparsek::attention {

// A work item whose parts lie in consecutive partial results.
struct alignas(16) Split {
  int32_t code;  // (batch * heads + head) * query_tiles + tile
  int32_t first, parts;
  int32_t reserved;
};

constexpr int kCombineThreads = 128;
constexpr int kMostParts = 256;  // of a row
// Up to so many parts a row, a warp joins a row; beyond, a block of threads.
constexpr int kFewParts = 16;

struct CombineParams {
  const Split* splits;
  const float* partial_out;  // [partials, side, stride]
  const float* partial_lse;  // [partials, side]
  void* out;                 // strides in elements; rows are contiguous and 4-byte aligned
  int64_t sequence_stride, head_stride, batch_stride;
  float* lse;                // [batch, heads, query_length] or null
  const float* sinks;        // [heads] or null
  int32_t heads, query_tiles, query_length;
  int32_t side;              // rows of a tile
  int32_t stride;            // the instance's dimension
  int32_t width;             // columns of O, a multiple of 8
};

}  // namespace sparsek::attention
