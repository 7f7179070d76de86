// Instances of the portable kernel.
#include "portable.cuh"

#define SPARSEK_PORTABLE(NAME, PRODUCT)                                                                          \
  extern "C" __global__ void __launch_bounds__(sparsek::kPortableThreads)                                        \
      sparsek_portable_##NAME(const __grid_constant__ sparsek::PortableParams params) {                          \
    sparsek::gemm::Portable<PRODUCT>::run(params);                                                               \
  }

SPARSEK_PORTABLE(f16, sparsek::gemm::TensorProduct<__half>)
SPARSEK_PORTABLE(bf16, sparsek::gemm::TensorProduct<__nv_bfloat16>)
SPARSEK_PORTABLE(f32, sparsek::gemm::ExactProduct)
SPARSEK_PORTABLE(tf32, sparsek::gemm::Tf32Product)
