// The micro-kernel under every product: a tile of MR x (NV vectors) of the result, kept in registers over all
// blocks that contribute to it. Included after an instruction-set header.
#pragma once

namespace sparsek::SPARSEK_ISA {

/// The blocks that contribute to one tile: a list of pairs (block of A, block of B), each a product over `depth`
/// terms. Lengths and strides are in floats.
struct TileBlocks {
  /// Which block of A; null: 0, 1, 2 and so on.
  const std::int32_t* a;
  /// Which block of B; null: 0, 1, 2 and so on.
  const std::int32_t* b;
  std::int64_t count;
  std::int64_t aBlock;
  std::int64_t bBlock;
  std::int64_t aRow;
  std::int64_t aDepth;
  std::int64_t bDepth;
  int depth;
  /// The block of B that is cut short by the edge of the matrix, and its depth; -1: none.
  std::int32_t edge;
  int edgeDepth;
};

enum class Start { Zero, Load };

/// to[m * toRow + v * W ..] = (start) + sum over blocks of A[m, :] B[:, v]. With Start::Load the sum starts from
/// what `to` holds, times scale[m] where `scale` is given.
template <int M, int V, Start S>
void tile(const float* a, const float* b, const TileBlocks& blocks, float* to, std::int64_t toRow,
          const float* scale) {
  Vec sum[M][V];
#pragma GCC unroll 8
  for (int m = 0; m < M; ++m) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      if constexpr (S == Start::Zero) {
        sum[m][v] = zero();
      } else {
        sum[m][v] = load(to + m * toRow + v * W);
        if (scale != nullptr) sum[m][v] = mul(sum[m][v], splat(scale[m]));
      }
    }
  }
  const std::int64_t aRow = blocks.aRow, aDepth = blocks.aDepth, bDepth = blocks.bDepth;
  for (std::int64_t i = 0; i < blocks.count; ++i) {
    const std::int64_t aIndex = blocks.a != nullptr ? blocks.a[i] : i;
    const std::int64_t bIndex = blocks.b != nullptr ? blocks.b[i] : i;
    const float* ak = a + aIndex * blocks.aBlock;
    const float* bk = b + bIndex * blocks.bBlock;
    const int depth = bIndex == blocks.edge ? blocks.edgeDepth : blocks.depth;
    for (int k = 0; k < depth; ++k) {
      Vec row[V];
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) row[v] = load(bk + v * W);
#pragma GCC unroll 8
      for (int m = 0; m < M; ++m) {
        const Vec x = splat(ak[m * aRow]);
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) sum[m][v] = fma(x, row[v], sum[m][v]);
      }
      ak += aDepth;
      bk += bDepth;
    }
  }
#pragma GCC unroll 8
  for (int m = 0; m < M; ++m) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) store(to + m * toRow + v * W, sum[m][v]);
  }
}

using TileFunction = void (*)(const float*, const float*, const TileBlocks&, float*, std::int64_t, const float*);

/// The instance for `rows` (1 .. MR) and `vectors` (1 .. NV).
template <Start S>
inline TileFunction tileFor(int rows, int vectors) {
  static constexpr TileFunction table[8][3] = {
      {tile<1, 1, S>, tile<1, 2, S>, NV > 2 ? tile<1, NV, S> : nullptr},
      {tile<2, 1, S>, tile<2, 2, S>, NV > 2 ? tile<2, NV, S> : nullptr},
      {tile<3, 1, S>, tile<3, 2, S>, NV > 2 ? tile<3, NV, S> : nullptr},
      {tile<4, 1, S>, tile<4, 2, S>, NV > 2 ? tile<4, NV, S> : nullptr},
#define SPARSEK_TALL(m) \
  {MR >= m ? tile<(MR >= m ? m : 1), 1, S> : nullptr, MR >= m ? tile<(MR >= m ? m : 1), 2, S> : nullptr, \
   MR >= m && NV > 2 ? tile<(MR >= m ? m : 1), NV, S> : nullptr}
      SPARSEK_TALL(5),
      SPARSEK_TALL(6),
      SPARSEK_TALL(7),
      SPARSEK_TALL(8),
#undef SPARSEK_TALL
  };
  return table[rows - 1][vectors - 1];
}

}  // namespace sparsek::SPARSEK_ISA
