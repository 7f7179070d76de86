// Sparse times dense. For one panel of B and one strip of op(A)'s rows, the tile of the result stays in registers
// over all blocks of the block row, so C is written once and never read back.
#pragma once
#include "../simd/isa.h"
#include "spmm.h"
#include "../gemm/epilogue.h"
#include "../gemm/pack.h"
#include "../gemm/tile.h"
#include "panel.h"

namespace sparsek::SPARSEK_ISA {

/// Half values of one strip, converted: block i begins at i * rows * width, laid out as the stored block is.
inline std::int64_t stripScratch(const SpmmArgs& args, std::int64_t longest) {
  if (args.dtype == Dtype::F32) return 0;
  return longest * MR * args.width + W;
}

inline void convertStrip(const SpmmArgs& args, std::int64_t first, std::int64_t count, int row, int rows, float* to) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t position = args.positions != nullptr ? args.positions[first + i] : first + i;
    const std::int64_t base = position * args.aBlock + row * args.aRow;
    float* block = to + i * rows * args.width;
    if (args.aDepth == 1) {
      convertRun(args.values, args.dtype, base, static_cast<std::int64_t>(rows) * args.width, block);
      continue;
    }
    withDtype(args.dtype, [&](auto tag) {
      constexpr Dtype D = decltype(tag)::value;
      for (int k = 0; k < args.width; ++k) {
        const std::int64_t at = base + k * args.aDepth;
        // Whole vectors where the array allows it: the surplus lanes are overwritten by the next k.
        store(block + k * rows, loadFirst<D>(args.values, at, at + W <= args.valueCount ? W : rows));
      }
    });
  }
}

inline void runStrips(const SpmmArgs& args, std::int64_t panelIndex, std::int64_t strip0, std::int64_t strip1,
                      float* scratch) {
  const Panel panel = panelAt(args, panelIndex);
  const int stripsPerRow = (args.height + MR - 1) / MR;
  const std::int64_t lastColumn = (args.k - 1) / args.width;
  alignas(64) float sums[MR * kPanelColumns];
  const int sumsRow = panel.vectors * W;
  for (std::int64_t strip = strip0; strip < strip1 && !isSet(args.cancelled); ++strip) {
    const std::int64_t blockRow = strip / stripsPerRow;
    const int within = static_cast<int>(strip % stripsPerRow) * MR;
    const std::int64_t row = blockRow * args.height + within;
    std::int64_t rows = args.height - within < MR ? args.height - within : MR;
    if (rows > args.m - row) rows = args.m - row;
    if (rows <= 0) continue;
    const int tileRows = static_cast<int>(rows);
    const std::int64_t first = args.indptr[blockRow];

    TileBlocks blocks;
    blocks.count = args.indptr[blockRow + 1] - first;
    blocks.b = args.columns + first;
    blocks.bBlock = args.width * panel.rowStride;
    blocks.bDepth = panel.rowStride;
    blocks.depth = args.width;
    blocks.edge = static_cast<std::int32_t>(lastColumn);
    blocks.edgeDepth = static_cast<int>(args.k - lastColumn * args.width);
    const float* a;
    if (args.dtype == Dtype::F32) {
      const float* values = static_cast<const float*>(args.values) + within * args.aRow;
      a = args.positions != nullptr ? values : values + first * args.aBlock;
      blocks.a = args.positions != nullptr ? args.positions + first : nullptr;
      blocks.aBlock = args.aBlock;
      blocks.aRow = args.aRow;
      blocks.aDepth = args.aDepth;
    } else {
      convertStrip(args, first, blocks.count, within, tileRows, scratch);
      a = scratch;
      blocks.a = nullptr;
      blocks.aBlock = static_cast<std::int64_t>(tileRows) * args.width;
      blocks.aRow = args.aDepth == 1 ? args.width : 1;
      blocks.aDepth = args.aDepth == 1 ? 1 : tileRows;
    }
    tileFor<Start::Zero>(tileRows, panel.vectors)(a, panel.rows, blocks, sums, sumsRow, nullptr);
    finishTile(args.epilogue, sums, sumsRow, row, panel.column, tileRows, panel.columns);
  }
}

const SpmmKernels kSpmm = {kPanelColumns, MR, packPanel, stripScratch, runStrips};

}  // namespace sparsek::SPARSEK_ISA
