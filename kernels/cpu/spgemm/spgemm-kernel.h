// Sparse times sparse: one block of C is the sum of products of blocks, kept in registers over all of them.
#pragma once
#include "../simd/isa.h"
#include "spgemm.h"
#include "../gemm/pack.h"
#include "../gemm/tile.h"
#include "../gemm/columns.h"

namespace sparsek::SPARSEK_ISA {

inline void spgemmConvert(const void* values, Dtype dtype, std::int64_t first, std::int64_t count, float* to) {
  convertRun(values, dtype, first, count, to);
}

inline void spgemmPad(const void* values, Dtype dtype, std::int64_t block, int inner, int width, float* to) {
  const DenseView view = {values, dtype, (block + 1) * inner, width, width, 1};
  packRows(view, block * inner, (block + 1) * inner, 0, vectorsFor(width), to, vectorsFor(width) * W);
}

inline std::int64_t spgemmScratch(const SpgemmArgs&) { return MR * NV * W; }

inline void spgemmRun(const SpgemmArgs& args, const std::int32_t* a, const std::int32_t* b, std::int64_t count,
                      const SpgemmTarget& target, float* sums) {
  TileBlocks blocks;
  blocks.a = a;
  blocks.b = b;
  blocks.count = count;
  blocks.aBlock = static_cast<std::int64_t>(args.height) * args.inner;
  blocks.bBlock = static_cast<std::int64_t>(args.inner) * args.bRow;
  blocks.aRow = args.inner;
  blocks.aDepth = 1;
  blocks.bDepth = args.bRow;
  blocks.depth = args.inner;
  blocks.edge = -1;
  blocks.edgeDepth = 0;
  const int vectors = vectorsFor(target.columns);
  const Vec alpha = splat(args.alpha);
  for (int m = 0; m < target.rows; m += MR) {
    const int rows = target.rows - m < MR ? target.rows - m : MR;
    for (int v = 0; v < vectors;) {
      const int piece = nextPiece(vectors - v);
      tileFor<Start::Zero>(rows, piece)(args.a + static_cast<std::int64_t>(m) * args.inner, args.b + v * W, blocks,
                                        sums, piece * W, nullptr);
      for (int i = 0; i < rows; ++i) {
        for (int p = 0; p < piece; ++p) {
          const int column = (v + p) * W;
          const int stored = target.columns - column < W ? target.columns - column : W;
          storeFirst(target.out, target.dtype, target.first + (m + i) * target.row + column, stored,
                     mul(alpha, load(sums + (i * piece + p) * W)));
        }
      }
      v += piece;
    }
  }
  for (int m = 0; m < target.height; ++m) {
    for (int n = m < target.rows ? target.columns : 0; n < target.width; ++n) {
      storeElement(target.out, target.dtype, target.first + m * target.row + n, 0.0f);
    }
  }
}

const SpgemmKernels kSpgemm = {W, spgemmConvert, spgemmPad, spgemmScratch, spgemmRun};

}  // namespace sparsek::SPARSEK_ISA
