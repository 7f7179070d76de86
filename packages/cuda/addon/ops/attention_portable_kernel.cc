#include "attention_portable_kernel.h"

#include <algorithm>
#include <iterator>

#include "../../../../kernels/cuda/attention/portable_params.h"
#include "element_name.h"

namespace sparsek::ops {

namespace {

constexpr int kInstances[] = {64, 96, 128, 192, 256};  // dimensions; narrower heads take the next one

int instance_of(const AttentionPlan& plan) {
  const int dim = std::max(plan.head_dim, plan.value_dim);
  return *std::find_if(std::begin(kInstances), std::end(kInstances) - 1, [&](int instance) { return dim <= instance; });
}

}  // namespace

PortableAttentionKernel portable_attention_kernel(const AttentionPlan& plan) {
  const int instance = instance_of(plan);
  const std::string dim = "d" + std::to_string(instance);
  PortableAttentionKernel kernel;
  kernel.module = "attention_portable_" + dim;
  kernel.name = std::string("sparsek_attention_portable_") + element_name(plan.type) + "_" + dim;
  kernel.query_rows = attention::portable_rows(plan.type);
  kernel.step_keys = attention::portable_keys(plan.type, instance);
  kernel.threads = attention::portable_threads(plan.type);
  kernel.shared_bytes = attention::portable_shared_bytes(plan.type, instance);
  return kernel;
}

}  // namespace sparsek::ops
