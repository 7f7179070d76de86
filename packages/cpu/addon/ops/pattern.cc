#include "pattern.h"

#include <algorithm>
#include <string>

#include "input_error.h"

namespace sparsek {
namespace {

constexpr std::int64_t kInt32Max = 0x7fffffff;

std::vector<std::int32_t> copyOf(const ArrayView<std::int32_t>& view) {
  return std::vector<std::int32_t>(view.data, view.data + view.length);
}

}  // namespace

Pattern::Pattern(const PatternView& view, const char* name) {
  const bool sizes = view.rows >= 0 && view.columns >= 0 && view.height >= 1 && view.width >= 1 &&
                     view.height <= kInt32Max && view.width <= kInt32Max &&
                     view.height * view.width <= kInt32Max * std::int64_t{2};
  if (!sizes) failArgument(std::string("Expected block extents from 1 for ") + name + ".blockShape");
  rows = view.rows;
  columns = view.columns;
  height = static_cast<int>(view.height);
  width = static_cast<int>(view.width);
  if (blockRows() >= kInt32Max || blockColumns() > kInt32Max) {
    failMatrix(std::string("Expected fewer than 2^31 block rows and columns for ") + name);
  }
  indptr = copyOf(view.indptr);
  indices = copyOf(view.indices);
  checkCompressed(indptr, indices, blockRows(), blockColumns(), "INVALID_MATRIX", name);
}

std::int64_t Pattern::longestRow() const {
  std::int64_t longest = 0;
  for (std::size_t r = 0; r + 1 < indptr.size(); ++r) {
    longest = std::max<std::int64_t>(longest, indptr[r + 1] - indptr[r]);
  }
  return longest;
}

void checkCompressed(const std::vector<std::int32_t>& indptr, const std::vector<std::int32_t>& indices,
                     std::int64_t rows, std::int64_t columns, const char* code, const char* name) {
  const auto fail = [&](const std::string& what) { throw InputError(code, what + " for " + name); };
  if (static_cast<std::int64_t>(indptr.size()) != rows + 1) {
    fail("Expected length " + std::to_string(rows + 1) + " of indptr");
  }
  if (indptr.front() != 0) fail("Expected indptr[0] = 0");
  for (std::size_t r = 0; r + 1 < indptr.size(); ++r) {
    if (indptr[r + 1] < indptr[r]) fail("Expected indptr that never decreases at " + std::to_string(r + 1));
  }
  if (static_cast<std::size_t>(indptr.back()) != indices.size()) fail("Expected indptr that ends at the block count");
  for (std::size_t p = 0; p < indices.size(); ++p) {
    if (indices[p] < 0 || indices[p] >= columns) {
      fail("Expected a block column from 0 to " + std::to_string(columns - 1) + " at indices[" + std::to_string(p) +
           "] but received " + std::to_string(indices[p]));
    }
  }
}

Pattern transposed(const Pattern& pattern, std::vector<std::int32_t>& positions) {
  Pattern result;
  result.rows = pattern.columns;
  result.columns = pattern.rows;
  result.height = pattern.width;
  result.width = pattern.height;
  result.indptr.assign(static_cast<std::size_t>(result.blockRows()) + 1, 0);
  result.indices.resize(pattern.indices.size());
  positions.resize(pattern.indices.size());
  for (const std::int32_t column : pattern.indices) ++result.indptr[static_cast<std::size_t>(column) + 1];
  for (std::size_t c = 1; c < result.indptr.size(); ++c) result.indptr[c] += result.indptr[c - 1];
  std::vector<std::int32_t> next(result.indptr.begin(), result.indptr.end() - 1);
  for (std::int64_t r = 0; r < pattern.blockRows(); ++r) {
    for (std::int32_t p = pattern.indptr[static_cast<std::size_t>(r)];
         p < pattern.indptr[static_cast<std::size_t>(r) + 1]; ++p) {
      const std::size_t column = static_cast<std::size_t>(pattern.indices[static_cast<std::size_t>(p)]);
      const std::size_t at = static_cast<std::size_t>(next[column]++);
      result.indices[at] = static_cast<std::int32_t>(r);
      positions[at] = p;
    }
  }
  return result;
}

}  // namespace sparsek
