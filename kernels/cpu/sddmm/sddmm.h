// Dense times dense at the stored blocks of a layout: what the kernels of every instruction set share.
#pragma once
#include "../gemm/view.h"

namespace sparsek {

/// values[p] = alpha * A[block row] B[block column]: A [m, inner], B [inner, n], blocks of height x width.
struct SddmmArgs {
  std::int64_t m;
  std::int64_t n;
  std::int64_t inner;
  int height;
  int width;
  const std::int32_t* indptr;
  const std::int32_t* columns;
  DenseView a;
  DenseView b;
  /// Room for the packed block columns `firstColumn .. lastColumn - 1`.
  float* packed;
  std::int64_t firstColumn;
  std::int64_t lastColumn;
  float alpha;
  void* out;
  Dtype outDtype;
  const bool* cancelled;
};

struct SddmmKernels {
  /// Floats of `packed` for one block column.
  std::int64_t (*columnSize)(const SddmmArgs&);
  void (*pack)(const SddmmArgs&, std::int64_t blockColumn);
  std::int64_t (*scratch)(const SddmmArgs&);
  /// Computes the blocks [block0, block1) of a block row that lie in the packed block columns.
  void (*run)(const SddmmArgs&, std::int64_t blockRow, std::int64_t block0, std::int64_t block1, float* scratch);
};

#define SPARSEK_DECLARE(isa) \
  namespace isa {            \
  extern const SddmmKernels kSddmm; \
  }
SPARSEK_DECLARE(portable)
SPARSEK_DECLARE(avx2)
SPARSEK_DECLARE(avx512)
SPARSEK_DECLARE(neon)
#undef SPARSEK_DECLARE

}  // namespace sparsek
