// Instances of the kernel for blocks of 64 and 128 rows. SPARSEK_TYPE comes from the manifest.
#include "wide.cuh"

#define SPARSEK_WIDE(R, C, ORDER, LETTER, NAME, CLUSTER, COLUMNS)                                            \
  extern "C" __global__ void __launch_bounds__(sparsek::kWideThreads, 1)                                     \
      sparsek_wide_##R##x##C##_##LETTER##_##NAME(const __grid_constant__ sparsek::WideParams params) {       \
    sparsek::gemm::Wide<SPARSEK_TYPE, R, C, sparsek::gemm::Order::ORDER, CLUSTER, COLUMNS>::run(params);     \
  }

#define SPARSEK_WIDE_SHAPES(ORDER, LETTER, NAME, CLUSTER, COLUMNS)  \
  SPARSEK_WIDE(128, 128, ORDER, LETTER, NAME, CLUSTER, COLUMNS)     \
  SPARSEK_WIDE(128, 64, ORDER, LETTER, NAME, CLUSTER, COLUMNS)      \
  SPARSEK_WIDE(64, 128, ORDER, LETTER, NAME, CLUSTER, COLUMNS)      \
  SPARSEK_WIDE(64, 64, ORDER, LETTER, NAME, CLUSTER, COLUMNS)

SPARSEK_WIDE_SHAPES(kRow, n, c1, 1, sparsek::kWideTileColumns)
SPARSEK_WIDE_SHAPES(kRow, n, c2, 2, sparsek::kWideTileColumns)
SPARSEK_WIDE_SHAPES(kColumn, t, c1, 1, sparsek::kWideTileColumns)
SPARSEK_WIDE_SHAPES(kColumn, t, c2, 2, sparsek::kWideTileColumns)
SPARSEK_WIDE_SHAPES(kRow, n, few, 1, sparsek::kWideFewTileColumns)
SPARSEK_WIDE_SHAPES(kColumn, t, few, 1, sparsek::kWideFewTileColumns)
