// What happens to a finished tile of float32 sums: result = activation(alpha * sum + beta * C + bias).
// Shared by host and device; plain C++.
#pragma once

#include <cstdint>

namespace sparsek {

enum class Activation : int32_t { kNone = 0, kRelu = 1, kGelu = 2, kSilu = 3 };

enum class ElementType : int32_t { kF32 = 0, kF16 = 1, kBF16 = 2 };

struct EpilogueParams {
  float alpha;
  float beta;                // 0: `addend` is not read
  const float* bias;         // one value a row of op(A), or null
  Activation activation;
  ElementType out_type;
  int32_t staged;            // 1: the tile leaves through the tensor map of C (same type as the inputs, beta 0, aligned)
  int32_t transposed;        // 1: element (row, column) lies at out[column * leading + row]
  void* out;
  const void* addend;        // C before the call, same type and strides as `out`
  int64_t leading;           // elements between two rows (columns when transposed) of `out` and `addend`
  int64_t batch_stride;      // elements between two matrices of a batch
  int32_t rows, columns;     // of op(A) B
};

}  // namespace sparsek
