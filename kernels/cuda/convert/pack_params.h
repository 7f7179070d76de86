// Parameters of the repacking of A for the union kernel (convert/pack.cu). Shared by host and device.
#pragma once

#include <cstdint>

namespace sparsek {

struct PackParams {
  const uint16_t* values;      // blocks, row-major
  void* packed;                // 32 lanes x 16 bytes a fragment
  const int32_t* source;       // of each fragment: block * pieces of a block + piece (row-major pieces of 16 x 16)
  int64_t fragments;           // of one matrix
  int64_t values_batch_stride; // elements between two matrices' values
  int32_t block_rows, block_columns;
};

constexpr int kPackThreads = 256;

}  // namespace sparsek
