// Instances of the union kernel. SPARSEK_TYPE comes from the manifest.
#include "narrow.cuh"

#define SPARSEK_NARROW(K)                                                                \
  extern "C" __global__ void __launch_bounds__(sparsek::kNarrowThreads, 1)               \
      sparsek_narrow_k##K(const __grid_constant__ sparsek::NarrowParams params) {        \
    sparsek::gemm::Narrow<SPARSEK_TYPE, K>::run(params);                                 \
  }

SPARSEK_NARROW(16)
SPARSEK_NARROW(32)
