// Copies pieces of dense matrices into the layout that the micro-kernel reads: rows of whole vectors, one after the
// other, in float32. This keeps a panel in few pages and few cache sets whatever B's stride is, converts half types
// once, transposes column-order matrices and pads the edge with zeros.
#pragma once

namespace sparsek::SPARSEK_ISA {

/// How far ahead of its use an element of a column-order matrix is fetched, in rows.
constexpr std::int64_t kAhead = 4 * W;

inline void prefetch(const void* data, Dtype dtype, std::int64_t index) {
  __builtin_prefetch(static_cast<const char*>(data) + index * elementSize(dtype));
}

/// to[(r - row0) * toRow + c] = view(r, column0 + c) for r in [row0, row1) and c < vectors * W; 0 past the edges.
inline void packRows(const DenseView& view, std::int64_t row0, std::int64_t row1, std::int64_t column0, int vectors,
                     float* to, std::int64_t toRow) {
  const std::int64_t left = view.columns - column0;
  const std::int64_t lastRow = row1 < view.rows ? row1 : view.rows;
  if (view.columnStride == 1) {
    const auto copyRows = [&](auto tag) {
      constexpr Dtype D = decltype(tag)::value;
      for (std::int64_t r = row0; r < lastRow; ++r) {
        float* row = to + (r - row0) * toRow;
        const std::int64_t base = r * view.rowStride + column0;
        for (int v = 0; v < vectors; ++v) {
          const std::int64_t count = left - v * W;
          store(row + v * W, count >= W  ? loadAs<D>(view.data, base + v * W)
                             : count > 0 ? loadFirst<D>(view.data, base + v * W, static_cast<int>(count))
                                         : zero());
        }
      }
    };
    withDtype(view.dtype, copyRows);
  } else {
    const auto transposeRows = [&](auto tag) {
      constexpr Dtype D = decltype(tag)::value;
      for (std::int64_t r = row0; r < lastRow; r += W) {
        const int height = lastRow - r < W ? static_cast<int>(lastRow - r) : W;
        for (int v = 0; v < vectors; ++v) {
          Vec square[W];
          for (int i = 0; i < W; ++i) {
            const std::int64_t c = v * W + i;
            const std::int64_t base = (column0 + c) * view.columnStride + r * view.rowStride;
            square[i] = c < left ? loadFirst<D>(view.data, base, height) : zero();
            // Hardware does not foresee this order: W streams, each of which the next step continues.
            if (c < left && r + kAhead < lastRow) prefetch(view.data, D, base + kAhead * view.rowStride);
          }
          transpose(square);
          for (int i = 0; i < height; ++i) store(to + (r - row0 + i) * toRow + v * W, square[i]);
        }
      }
    };
    withDtype(view.dtype, transposeRows);
  }
  for (std::int64_t r = lastRow > row0 ? lastRow : row0; r < row1; ++r) {
    for (int v = 0; v < vectors; ++v) store(to + (r - row0) * toRow + v * W, zero());
  }
}

}  // namespace sparsek::SPARSEK_ISA
