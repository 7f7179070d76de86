// Parameters of the portable kernels (gemm/portable.cuh). Shared by host and device; plain C++.
#pragma once

#include <cstdint>

#include "../include/epilogue_params.h"

namespace sparsek {

struct PortableParams {
  const int32_t* indptr;
  const int32_t* indices;
  const void* values;           // blocks, row-major
  const void* b;                // element (k, n) at b[k * b_row + n * b_column]
  int64_t b_row, b_column;      // one of them is 1
  int64_t values_batch_stride;  // 0: all matrices of the batch use the same A
  int64_t b_batch_stride;
  int32_t k;                    // rows of B
  int32_t block_rows, block_columns;
  int32_t tiles_per_block_row;  // ceil(block rows / kPortableTileRows)
  EpilogueParams epilogue;
};

constexpr int kPortableTileRows = 64;
constexpr int kPortableTileColumns = 64;
constexpr int kPortableStepK = 32;
constexpr int kPortableThreads = 128;

}  // namespace sparsek
