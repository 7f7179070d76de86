// Sparse times sparse: what the kernels of every instruction set share.
#pragma once
#include "../gemm/view.h"

namespace sparsek {

/// The products that make one block of C = A B: sum over i of A block a[i] times B block b[i], a's blocks of
/// height x inner, b's of inner x width.
struct SpgemmArgs {
  int height;
  int inner;
  int width;
  /// Block values in float32: A's as stored, B's with rows of `bRow` floats, a multiple of the vector length.
  const float* a;
  const float* b;
  std::int64_t bRow;
  float alpha;
};

/// Where one block of C goes: `rows` x `columns` elements, `row` elements from row to row. A stored block's part outside
/// the matrix, up to `height` x `width`, is set to zero, whatever A and B hold; otherwise both equal rows and columns.
struct SpgemmTarget {
  void* out;
  Dtype dtype;
  std::int64_t first;
  std::int64_t row;
  int rows;
  int columns;
  int height;
  int width;
};

struct SpgemmKernels {
  int lanes;
  /// Converts `count` values to float32.
  void (*convert)(const void* values, Dtype dtype, std::int64_t first, std::int64_t count, float* to);
  /// Copies block `block` of `inner` x `width` values into rows of a multiple of the vector length, padded with zeros.
  void (*pad)(const void* values, Dtype dtype, std::int64_t block, int inner, int width, float* to);
  std::int64_t (*scratch)(const SpgemmArgs&);
  /// Computes one block of C from `count` pairs of blocks.
  void (*run)(const SpgemmArgs&, const std::int32_t* a, const std::int32_t* b, std::int64_t count,
              const SpgemmTarget& target, float* scratch);
};

#define SPARSEK_DECLARE(isa)            \
  namespace isa {                       \
  extern const SpgemmKernels kSpgemm;   \
  }
SPARSEK_DECLARE(portable)
SPARSEK_DECLARE(avx2)
SPARSEK_DECLARE(avx512)
SPARSEK_DECLARE(neon)
#undef SPARSEK_DECLARE

}  // namespace sparsek
