// A block-sparse structure in the addon's own memory, checked, so that nobody can change it under a running kernel.
#pragma once
#include <cstdint>
#include <vector>

#include "array_view.h"

namespace sparsek {

struct PatternView {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t height = 1;
  std::int64_t width = 1;
  ArrayView<std::int32_t> indptr;
  ArrayView<std::int32_t> indices;
};

/// What checking and copying an index of a structure takes, in multiplications.
constexpr double kIndexTerms = 64;

/// What a plan makes of a structure, in multiplications.
inline double planningWork(const PatternView& view) {
  return kIndexTerms * static_cast<double>(view.indices.length + view.rows + view.columns);
}

struct Pattern {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  int height = 1;
  int width = 1;
  std::vector<std::int32_t> indptr;
  std::vector<std::int32_t> indices;

  Pattern() = default;
  /// Copies and checks; throws InputError.
  Pattern(const PatternView& view, const char* name);

  std::int64_t blockRows() const { return (rows + height - 1) / height; }
  std::int64_t blockColumns() const { return (columns + width - 1) / width; }
  std::int64_t blocks() const { return static_cast<std::int64_t>(indices.size()); }
  std::int64_t blockArea() const { return static_cast<std::int64_t>(height) * width; }
  std::int64_t longestRow() const;
};

/// Throws InputError unless indptr and indices describe `rows` rows over `columns` columns.
void checkCompressed(const std::vector<std::int32_t>& indptr, const std::vector<std::int32_t>& indices,
                     std::int64_t rows, std::int64_t columns, const char* code, const char* name);

/// The transposed structure; `positions[p]` is the stored block that stands at p in it.
Pattern transposed(const Pattern& pattern, std::vector<std::int32_t>& positions);

}  // namespace sparsek
