// Scale, add, bias, activation, convert, store: what happens to a tile between the registers and the result.
#pragma once

namespace sparsek::SPARSEK_ISA {

inline Vec activate(Activation activation, Vec x) {
  switch (activation) {
    case Activation::Relu: return relu(x);
    case Activation::Gelu: return gelu(x);
    case Activation::Silu: return silu(x);
    default: return x;
  }
}

/// Finishes `rows` x `columns` sums, `toRow` floats from row to row, whose first is the result's (row, column).
inline void finishTile(const Epilogue& e, float* sums, std::int64_t toRow, std::int64_t row, std::int64_t column,
                       int rows, int columns) {
  const Vec alpha = splat(e.alpha), beta = splat(e.beta);
  for (int m = 0; m < rows; ++m) {
    const Vec bias = splat(e.bias != nullptr ? e.bias[row + m] : 0.0f);
    for (int n = 0; n < columns; n += W) {
      const int count = columns - n < W ? columns - n : W;
      Vec x = load(sums + m * toRow + n);
      if (e.alpha != 1.0f) x = mul(x, alpha);
      if (e.beta != 0.0f) {
        const std::int64_t base = (row + m) * e.cRow + (column + n) * e.cColumn;
        if (e.cColumn == 1) {
          x = fma(beta, loadFirst(e.c, e.dtype, base, count), x);
        } else {
          alignas(64) float lanes[W] = {};
          for (int i = 0; i < count; ++i) lanes[i] = loadElement(e.c, e.dtype, base + i * e.cColumn);
          x = fma(beta, load(lanes), x);
        }
      }
      if (e.bias != nullptr) x = add(x, bias);
      x = activate(e.activation, x);
      if (e.outColumn == 1) {
        storeFirst(e.out, e.dtype, (row + m) * e.outRow + column + n, count, x);
      } else {
        store(sums + m * toRow + n, x);
      }
    }
  }
  if (e.outColumn == 1) return;
  for (int n = 0; n < columns; ++n) {
    const std::int64_t base = row * e.outRow + (column + n) * e.outColumn;
    for (int m = 0; m < rows; ++m) storeElement(e.out, e.dtype, base + m * e.outRow, sums[m * toRow + n]);
  }
}

}  // namespace sparsek::SPARSEK_ISA
