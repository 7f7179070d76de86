#include "array_view.h"

#include <string>

#include "input_error.h"

namespace sparsek {

bool fits(std::int64_t length, std::int64_t rows, std::int64_t columns, std::int64_t rowStride,
          std::int64_t columnStride) {
  if (rows < 0 || columns < 0 || rowStride < 0 || columnStride < 0) return false;
  if (rows == 0 || columns == 0) return true;
  // 128 bits: products of two 53-bit numbers from JavaScript.
  const __int128 last = static_cast<__int128>(rows - 1) * rowStride + static_cast<__int128>(columns - 1) * columnStride;
  return last < length;
}

void checkView(const DenseView& view, std::int64_t length, const char* name) {
  const bool oneStride = view.rowStride == 1 || view.columnStride == 1;
  if (oneStride && fits(length, view.rows, view.columns, view.rowStride, view.columnStride)) return;
  failArgument("Expected " + std::to_string(view.rows) + " x " + std::to_string(view.columns) +
               " elements within the array for " + name + " but received length " + std::to_string(length));
}

void checkLength(std::int64_t length, std::int64_t expected, const char* name) {
  if (length == expected) return;
  failArgument("Expected length " + std::to_string(expected) + " for " + name + " but received length " +
               std::to_string(length));
}

}  // namespace sparsek
