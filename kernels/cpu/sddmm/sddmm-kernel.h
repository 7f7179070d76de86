// Dense times dense at stored blocks. B is packed by block column; the inner dimension is worked through in slices
// short enough that a slice of the packed block column stays in the level-2 cache for all strips of the block.
#pragma once
#include "../simd/isa.h"
#include "sddmm.h"
#include "../gemm/pack.h"
#include "../gemm/tile.h"
#include "../gemm/columns.h"

namespace sparsek::SPARSEK_ISA {

/// 1024 x 48 floats are 192 KiB: well inside a level-2 cache.
constexpr int kInnerSlice = 1024;

inline std::int64_t packedWidth(const SddmmArgs& args) { return vectorsFor(args.width) * static_cast<std::int64_t>(W); }

inline std::int64_t sddmmColumnSize(const SddmmArgs& args) { return packedWidth(args) * args.inner; }

inline void sddmmPack(const SddmmArgs& args, std::int64_t blockColumn) {
  const std::int64_t width = packedWidth(args);
  float* to = args.packed + (blockColumn - args.firstColumn) * sddmmColumnSize(args);
  packRows(args.b, 0, args.inner, blockColumn * args.width, vectorsFor(args.width), to, width);
}

/// Sums of one block, then a slice of MR rows of A in float32.
inline std::int64_t sddmmScratch(const SddmmArgs& args) {
  return args.height * packedWidth(args) + static_cast<std::int64_t>(MR) * kInnerSlice + W;
}

/// Rows [row, row + rows) and terms [k0, k0 + depth) of a half-precision A, as [rows][depth] or [depth][rows].
inline void convertSlice(const DenseView& a, std::int64_t row, int rows, std::int64_t k0, int depth, float* to) {
  if (a.columnStride == 1) {
    for (int m = 0; m < rows; ++m) {
      convertRun(a.data, a.dtype, (row + m) * a.rowStride + k0, depth, to + static_cast<std::int64_t>(m) * depth);
    }
  } else {
    for (int k = 0; k < depth; ++k) convertRun(a.data, a.dtype, (k0 + k) * a.columnStride + row, rows, to + k * rows);
  }
}

inline void addSlice(const SddmmArgs& args, std::int64_t row0, int blockRows, const float* b, std::int64_t k0,
                     int depth, float* sums, float* converted) {
  const std::int64_t width = packedWidth(args);
  for (int m = 0; m < blockRows; m += MR) {
    const int rows = blockRows - m < MR ? blockRows - m : MR;
    TileBlocks blocks{};
    blocks.count = 1;
    blocks.depth = depth;
    blocks.edge = -1;
    blocks.bDepth = width;
    const float* a;
    if (args.a.dtype == Dtype::F32) {
      a = static_cast<const float*>(args.a.data) + (row0 + m) * args.a.rowStride + k0 * args.a.columnStride;
      blocks.aRow = args.a.rowStride;
      blocks.aDepth = args.a.columnStride;
    } else {
      convertSlice(args.a, row0 + m, rows, k0, depth, converted);
      a = converted;
      blocks.aRow = args.a.columnStride == 1 ? depth : 1;
      blocks.aDepth = args.a.columnStride == 1 ? 1 : rows;
    }
    const int vectors = vectorsFor(args.width);
    for (int v = 0; v < vectors;) {
      const int piece = nextPiece(vectors - v);
      const TileFunction run = k0 == 0 ? tileFor<Start::Zero>(rows, piece) : tileFor<Start::Load>(rows, piece);
      run(a, b + k0 * width + v * W, blocks, sums + m * width + v * W, width, nullptr);
      v += piece;
    }
  }
}

/// Writes a block; its part outside the matrix is zero, whatever A and B hold.
inline void storeBlock(const SddmmArgs& args, std::int64_t block, const float* sums, int rows, int columns) {
  const std::int64_t width = packedWidth(args);
  const Vec alpha = splat(args.alpha);
  const std::int64_t base = block * args.height * args.width;
  for (int m = 0; m < args.height; ++m) {
    const std::int64_t row = base + static_cast<std::int64_t>(m) * args.width;
    int c = 0;
    for (; m < rows && c < columns; c += W) {
      const int count = columns - c < W ? columns - c : W;
      storeFirst(args.out, args.outDtype, row + c, count, mul(alpha, load(sums + m * width + c)));
    }
    for (c = m < rows ? columns : 0; c < args.width; ++c) storeElement(args.out, args.outDtype, row + c, 0.0f);
  }
}

inline void sddmmRun(const SddmmArgs& args, std::int64_t blockRow, std::int64_t block0, std::int64_t block1,
                     float* scratch) {
  const std::int64_t width = packedWidth(args);
  const std::int64_t row0 = blockRow * args.height;
  const int rows = args.m - row0 < args.height ? static_cast<int>(args.m - row0) : args.height;
  float* sums = scratch;
  float* converted = scratch + args.height * width;
  for (std::int64_t block = block0; block < block1 && !isSet(args.cancelled); ++block) {
    const std::int64_t column = args.columns[block];
    if (column < args.firstColumn || column >= args.lastColumn) continue;
    const float* b = args.packed + (column - args.firstColumn) * sddmmColumnSize(args);
    if (args.inner == 0) {
      for (std::int64_t i = 0; i < args.height * width; ++i) sums[i] = 0.0f;
    }
    for (std::int64_t k0 = 0; k0 < args.inner; k0 += kInnerSlice) {
      const int depth = args.inner - k0 < kInnerSlice ? static_cast<int>(args.inner - k0) : kInnerSlice;
      addSlice(args, row0, rows, b, k0, depth, sums, converted);
    }
    const std::int64_t left = args.n - column * args.width;
    storeBlock(args, block, sums, rows, left < args.width ? static_cast<int>(left) : args.width);
  }
}

const SddmmKernels kSddmm = {sddmmColumnSize, sddmmPack, sddmmScratch, sddmmRun};

}  // namespace sparsek::SPARSEK_ISA
