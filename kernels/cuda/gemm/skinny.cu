// Instances of the kernel for few columns. SPARSEK_TYPE comes from the manifest.
#include "skinny.cuh"

#define SPARSEK_SKINNY(NT, COLUMNS, STRIPS, STEP, ORDER, LETTER)                                                        \
  extern "C" __global__ void __launch_bounds__(sparsek::kSkinnyThreads, sparsek::kSkinnyResidents)             \
      sparsek_skinny_n##COLUMNS##_r##STRIPS##_k##STEP##_##LETTER(const __grid_constant__ sparsek::SkinnyParams params) { \
    sparsek::gemm::Skinny<SPARSEK_TYPE, NT, STRIPS, STEP, sparsek::gemm::ORDER>::run(params);                           \
  }

#define SPARSEK_SKINNY_SHAPES(NT, COLUMNS, ORDER, LETTER)   \
  SPARSEK_SKINNY(NT, COLUMNS, 1, 16, ORDER, LETTER)         \
  SPARSEK_SKINNY(NT, COLUMNS, 1, 32, ORDER, LETTER)         \
  SPARSEK_SKINNY(NT, COLUMNS, 2, 16, ORDER, LETTER)         \
  SPARSEK_SKINNY(NT, COLUMNS, 2, 32, ORDER, LETTER)         \
  SPARSEK_SKINNY(NT, COLUMNS, 2, 64, ORDER, LETTER)

SPARSEK_SKINNY_SHAPES(1, 8, RowsOfB, n)
SPARSEK_SKINNY_SHAPES(2, 16, RowsOfB, n)
SPARSEK_SKINNY_SHAPES(4, 32, RowsOfB, n)
SPARSEK_SKINNY_SHAPES(8, 64, RowsOfB, n)
SPARSEK_SKINNY_SHAPES(1, 8, ColumnsOfB, t)
SPARSEK_SKINNY_SHAPES(2, 16, ColumnsOfB, t)
SPARSEK_SKINNY_SHAPES(4, 32, ColumnsOfB, t)
SPARSEK_SKINNY_SHAPES(8, 64, ColumnsOfB, t)
