// Memory of a typed array. The job that uses it holds a reference to the array.
#pragma once
#include <cstdint>

#include "../../../../kernels/cpu/gemm/view.h"

namespace sparsek {

template <typename T>
struct ArrayView {
  const T* data = nullptr;
  std::int64_t length = 0;
};

/// Values of a dtype.
struct ValuesView {
  void* data = nullptr;
  Dtype dtype = Dtype::F32;
  std::int64_t length = 0;
};

/// Whether every element (r, c) of rows x columns lies inside `length` elements.
bool fits(std::int64_t length, std::int64_t rows, std::int64_t columns, std::int64_t rowStride,
          std::int64_t columnStride);

/// Throws InputError unless the matrix lies inside its memory and one of its strides is 1.
void checkView(const DenseView& view, std::int64_t length, const char* name);

/// Throws InputError unless `length` is `expected`.
void checkLength(std::int64_t length, std::int64_t expected, const char* name);

}  // namespace sparsek
