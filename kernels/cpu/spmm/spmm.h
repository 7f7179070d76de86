// Sparse times dense: what the kernels of every instruction set share.
#pragma once
#include "../gemm/view.h"

namespace sparsek {

enum class Activation : std::uint8_t { None, Relu, Gelu, Silu };

/// Where a product goes: activation(alpha * sum + beta * C + bias).
struct Epilogue {
  void* out;
  Dtype dtype;
  std::int64_t outRow;
  std::int64_t outColumn;
  float alpha;
  float beta;
  /// Read when beta is not 0; of the output's dtype.
  const void* c;
  std::int64_t cRow;
  std::int64_t cColumn;
  /// One value a row, or null.
  const float* bias;
  Activation activation;
};

/// Blocks of a matrix in which some are 2:4-compressed; see HybridMatrix in @sparsek/types.
struct HybridBlocks {
  /// 0 dense, 1 compressed.
  const std::uint8_t* kinds;
  /// Where a block's values begin, in elements.
  const std::int64_t* valueOffsets;
  /// Where a compressed block's metadata begins, in bytes.
  const std::int64_t* metadataOffsets;
  const std::uint8_t* metadata;
};

/// C = op(A) B with op(A) [m, k] in blocks of height x width, B [k, n].
struct SpmmArgs {
  std::int64_t m;
  std::int64_t k;
  std::int64_t n;
  int height;
  int width;
  const std::int32_t* indptr;
  const std::int32_t* columns;
  /// Which stored block a block of op(A) is; null: the same.
  const std::int32_t* positions;
  const void* values;
  std::int64_t valueCount;
  Dtype dtype;
  /// Elements from a block to the next, from a row of op(A) to the next, from a column of op(A) to the next.
  std::int64_t aBlock;
  std::int64_t aRow;
  std::int64_t aDepth;
  HybridBlocks hybrid;
  DenseView b;
  /// Room for the packed panels `firstPanel ..`, of `packedRows` rows each: k, rounded up to 8 for hybrid matrices.
  float* packed;
  std::int64_t packedRows;
  std::int64_t firstPanel;
  /// B is read where it lies, except in a last panel that is not made of whole vectors.
  bool direct;
  Epilogue epilogue;
  const bool* cancelled;
};

struct SpmmKernels {
  /// Columns of a panel of B, and rows of op(A) that are worked on together (a strip).
  int panelColumns;
  int stripRows;
  /// Copies rows [row0, row1) of a panel of B.
  void (*pack)(const SpmmArgs&, std::int64_t panel, std::int64_t row0, std::int64_t row1);
  /// Floats of scratch that `run` needs for block rows of at most `longest` blocks.
  std::int64_t (*scratch)(const SpmmArgs&, std::int64_t longest);
  /// Computes strips [strip0, strip1) of a panel; strip s is strip s % q of block row s / q, q = ceil(height / stripRows).
  void (*run)(const SpmmArgs&, std::int64_t panel, std::int64_t strip0, std::int64_t strip1, float* scratch);
};

#define SPARSEK_DECLARE(isa)                \
  namespace isa {                           \
  extern const SpmmKernels kSpmm;           \
  extern const SpmmKernels kHybrid;         \
  }
SPARSEK_DECLARE(portable)
SPARSEK_DECLARE(avx2)
SPARSEK_DECLARE(avx512)
SPARSEK_DECLARE(neon)
#undef SPARSEK_DECLARE

}  // namespace sparsek
