// Instances of the kernel for blocks of 64 and 128 rows. SPARSEK_TYPE comes from the manifest.
#include "wide.cuh"

#define SPARSEK_WIDE(R, C, ORDER, LETTER, CLUSTER)                                                              \
  extern "C" __global__ void __launch_bounds__(sparsek::kWideThreads, 1)                                        \
      sparsek_wide_##R##x##C##_##LETTER##_c##CLUSTER(const __grid_constant__ sparsek::WideParams params) {      \
    sparsek::gemm::Wide<SPARSEK_TYPE, R, C, sparsek::gemm::Order::ORDER, CLUSTER>::run(params);                 \
  }

#define SPARSEK_WIDE_SHAPES(ORDER, LETTER, CLUSTER) \
  SPARSEK_WIDE(128, 128, ORDER, LETTER, CLUSTER)    \
  SPARSEK_WIDE(128, 64, ORDER, LETTER, CLUSTER)     \
  SPARSEK_WIDE(64, 128, ORDER, LETTER, CLUSTER)     \
  SPARSEK_WIDE(64, 64, ORDER, LETTER, CLUSTER)

SPARSEK_WIDE_SHAPES(kRow, n, 1)
SPARSEK_WIDE_SHAPES(kRow, n, 2)
SPARSEK_WIDE_SHAPES(kColumn, t, 1)
SPARSEK_WIDE_SHAPES(kColumn, t, 2)
