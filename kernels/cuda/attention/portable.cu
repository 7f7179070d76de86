// Instances of the portable attention kernel for one head dimension, SPARSEK_DIM.
#include "portable.cuh"

#define SPARSEK_PORTABLE_NAME(TYPE, DIM) sparsek_attention_portable_##TYPE##_d##DIM
#define SPARSEK_PORTABLE_ATTENTION(TYPE, DIM, PRODUCT)                                                                \
  extern "C" __global__ void                                                                                          \
      __launch_bounds__(sparsek::attention::portable_threads(sparsek::attention::PRODUCT::kType), 1)                  \
      SPARSEK_PORTABLE_NAME(TYPE, DIM)(const __grid_constant__ sparsek::attention::PortableParams params) {           \
    sparsek::attention::PortableForward<sparsek::attention::PRODUCT, DIM>::run(params);                               \
  }

SPARSEK_PORTABLE_ATTENTION(f16, SPARSEK_DIM, PortableTensor<__half>)
SPARSEK_PORTABLE_ATTENTION(bf16, SPARSEK_DIM, PortableTensor<__nv_bfloat16>)
SPARSEK_PORTABLE_ATTENTION(f32, SPARSEK_DIM, PortableExact)
