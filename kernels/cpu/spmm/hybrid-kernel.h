// 2:4 structured sparsity times dense, alone or as some of the blocks of a BSR matrix. A compressed row names, for
// each stored value, which row of B it multiplies, so B is loaded once a value instead of once a row of the tile:
// half the multiplications of the dense block at about three quarters of its rate.
#pragma once
#include "../simd/isa.h"
#include "spmm.h"
#include "../gemm/epilogue.h"
#include "../gemm/pack.h"
#include "../gemm/tile.h"
#include "panel.h"

namespace sparsek::SPARSEK_ISA {

/// Rows of a strip: enough sums in flight to hide the latency of the multiply-add.
constexpr int kHybridRows = 4;

template <int M, int V>
inline void addDenseBlock(const float* a, std::int64_t aRow, const float* b, std::int64_t bDepth, int depth,
                          Vec (&sum)[M][V]) {
  for (int k = 0; k < depth; ++k) {
    const float* row = b + k * bDepth;
#pragma GCC unroll 4
    for (int m = 0; m < M; ++m) {
      const Vec x = splat(a[m * aRow + k]);
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) sum[m][v] = fma(x, load(row + v * W), sum[m][v]);
    }
  }
}

/// `groups` bytes of metadata a row, each for eight columns of which four are stored.
template <int M, int V>
inline void addCompressedBlock(const float* a, std::int64_t aRow, const std::uint8_t* metadata,
                               std::int64_t metadataRow, const float* b, std::int64_t bDepth, int groups,
                               Vec (&sum)[M][V]) {
  for (int g = 0; g < groups; ++g) {
    const float* rows = b + static_cast<std::int64_t>(g) * 8 * bDepth;
#pragma GCC unroll 4
    for (int m = 0; m < M; ++m) {
      const unsigned bits = metadata[m * metadataRow + g];
      const float* x = a + m * aRow + g * 4;
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) {
        const unsigned column = ((bits >> (2 * i)) & 3u) + (i >= 2 ? 4u : 0u);
        const float* row = rows + column * bDepth;
        const Vec value = splat(x[i]);
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) sum[m][v] = fma(value, load(row + v * W), sum[m][v]);
      }
    }
  }
}

template <int M, int V>
void hybridTile(const SpmmArgs& args, const Panel& panel, std::int64_t blockRow, int within, float* scratch,
                float* sums) {
  Vec sum[M][V];
  for (int m = 0; m < M; ++m) {
    for (int v = 0; v < V; ++v) sum[m][v] = zero();
  }
  for (std::int64_t p = args.indptr[blockRow]; p < args.indptr[blockRow + 1]; ++p) {
    const bool compressed = args.hybrid.kinds[p] != 0;
    const std::int64_t stored = compressed ? args.width / 2 : args.width;
    const std::int64_t offset = args.hybrid.valueOffsets[p] + within * stored;
    const float* a = static_cast<const float*>(args.values) + offset;
    if (args.dtype != Dtype::F32) {
      convertRun(args.values, args.dtype, offset, M * stored, scratch);
      a = scratch;
    }
    const std::int64_t k0 = static_cast<std::int64_t>(args.columns[p]) * args.width;
    const std::int64_t depth = args.k - k0 < args.width ? args.k - k0 : args.width;
    const float* b = panel.rows + k0 * panel.rowStride;
    if (compressed) {
      const std::int64_t metadataRow = args.width / 8;
      const std::uint8_t* metadata =
          args.hybrid.metadata + args.hybrid.metadataOffsets[p] + within * metadataRow;
      // The panel is padded to whole groups of eight rows.
      addCompressedBlock<M, V>(a, stored, metadata, metadataRow, b, panel.rowStride,
                               static_cast<int>((depth + 7) / 8), sum);
    } else {
      addDenseBlock<M, V>(a, stored, b, panel.rowStride, static_cast<int>(depth), sum);
    }
  }
  for (int m = 0; m < M; ++m) {
    for (int v = 0; v < V; ++v) store(sums + (m * V + v) * W, sum[m][v]);
  }
}

using HybridTile = void (*)(const SpmmArgs&, const Panel&, std::int64_t, int, float*, float*);

template <int M>
inline HybridTile hybridTileFor(int vectors) {
  constexpr HybridTile table[3] = {hybridTile<M, 1>, hybridTile<M, 2>, NV > 2 ? hybridTile<M, NV> : nullptr};
  return table[vectors - 1];
}

inline std::int64_t hybridScratch(const SpmmArgs& args, std::int64_t) {
  return args.dtype == Dtype::F32 ? 0 : static_cast<std::int64_t>(kHybridRows) * args.width;
}

inline void runHybridStrips(const SpmmArgs& args, std::int64_t panelIndex, std::int64_t strip0, std::int64_t strip1,
                            float* scratch) {
  const Panel panel = panelAt(args, panelIndex);
  const int stripsPerRow = (args.height + kHybridRows - 1) / kHybridRows;
  alignas(64) float sums[kHybridRows * kPanelColumns];
  const int sumsRow = panel.vectors * W;
  for (std::int64_t strip = strip0; strip < strip1 && !isSet(args.cancelled); ++strip) {
    const std::int64_t blockRow = strip / stripsPerRow;
    const int within = static_cast<int>(strip % stripsPerRow) * kHybridRows;
    const std::int64_t row = blockRow * args.height + within;
    std::int64_t rows = args.height - within < kHybridRows ? args.height - within : kHybridRows;
    if (rows > args.m - row) rows = args.m - row;
    if (rows == kHybridRows) {
      hybridTileFor<kHybridRows>(panel.vectors)(args, panel, blockRow, within, scratch, sums);
    } else {
      for (int m = 0; m < rows; ++m) {
        hybridTileFor<1>(panel.vectors)(args, panel, blockRow, within + m, scratch, sums + m * sumsRow);
      }
    }
    if (rows > 0) {
      finishTile(args.epilogue, sums, sumsRow, row, panel.column, static_cast<int>(rows), panel.columns);
    }
  }
}

const SpmmKernels kHybrid = {kPanelColumns, kHybridRows, packPanel, hybridScratch, runHybridStrips};

}  // namespace sparsek::SPARSEK_ISA
