// Parameters of the transposition of blocks (convert/transpose.cu). Shared by host and device; plain C++.
#pragma once

#include <cstdint>

namespace sparsek {

struct TransposeParams {
  const void* values;     // blocks of block_rows x block_columns
  void* transposed;       // blocks of block_columns x block_rows
  const int32_t* source;  // of each block of the result: its position in `values`
  int64_t blocks;
  int64_t values_batch_stride;  // elements between two matrices, in both
  int32_t block_rows, block_columns;
};

constexpr int kTransposeSide = 32;
constexpr int kTransposeThreads = 256;

}  // namespace sparsek
