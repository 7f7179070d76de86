// A dense matrix of any dtype and order, as kernels see it.
#pragma once
#include "../dtype.h"

namespace sparsek {

/// Element (r, c) is data[r * rowStride + c * columnStride]; one of the two strides is 1.
struct DenseView {
  const void* data;
  Dtype dtype;
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t rowStride;
  std::int64_t columnStride;
};

}  // namespace sparsek
