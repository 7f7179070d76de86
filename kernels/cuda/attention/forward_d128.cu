// Instances for head dimensions up to 128 (the copy engine pads with zeros).
#include "forward.cuh"

#define SPARSEK_ATTENTION(NAME, TYPE, DIM, MODIFIED)                                                  \
  extern "C" __global__ void __launch_bounds__(sparsek::attention::kThreads, 1)                       \
      NAME(const __grid_constant__ sparsek::attention::Params params) {                               \
    sparsek::attention::forward<sparsek::attention::Config<TYPE, DIM, MODIFIED>>(params);             \
  }

SPARSEK_ATTENTION(attention_f16_d128, __half, 128, false)
SPARSEK_ATTENTION(attention_bf16_d128, __nv_bfloat16, 128, false)
SPARSEK_ATTENTION(attention_f16_d128_mod, __half, 128, true)
SPARSEK_ATTENTION(attention_bf16_d128_mod, __nv_bfloat16, 128, true)
