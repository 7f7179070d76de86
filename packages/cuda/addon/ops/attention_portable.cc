#include "attention_portable.h"

#include <algorithm>

#include "../../../../kernels/cuda/attention/portable_params.h"
#include "../runtime/launch.h"
#include "attention_params.h"
#include "element_name.h"

namespace sparsek::ops {

namespace {

constexpr int kInstances[] = {64, 96, 128, 192, 256};

int instance_of(const AttentionPlan& plan) {
  const int dim = std::max(plan.head_dim, plan.value_dim);
  return *std::find_if(std::begin(kInstances), std::end(kInstances) - 1, [&](int instance) { return dim <= instance; });
}

std::string kernel_name(const AttentionPlan& plan) {
  return std::string("sparsek_attention_portable_") + element_name(plan.type) + "_d" + std::to_string(instance_of(plan));
}

std::string module_name(const AttentionPlan& plan) { return "attention_portable_d" + std::to_string(instance_of(plan)); }

attention::PortableView portable_view(const AttentionView& view, const AttentionPlan& plan, int dim) {
  const bool vectors = plan.type != ElementType::kF32 && dim % 8 == 0 && attention_view_aligned(view);
  return {reinterpret_cast<void*>(view.base), view.sequence_stride, view.head_stride, view.batch_stride, vectors ? 1 : 0, 0};
}

}  // namespace

void choose_portable_kernel(AttentionPlan& plan) {
  plan.module = module_name(plan);
  plan.kernel = kernel_name(plan);
  plan.threads = attention::portable_threads(plan.type);
  plan.shared_bytes = attention::portable_shared_bytes(plan.type, instance_of(plan));
  plan.step_keys = attention::portable_keys(plan.type, instance_of(plan));
}

void launch_attention_portable(const driver::Api& api, cuda::ModuleCache& modules, const AttentionPlan& plan,
                               const AttentionOperands& o, driver::CUstream stream) {
  const int rows = attention::portable_rows(plan.type);
  attention::PortableParams params{};
  fill_common(params, plan, o);
  params.q = portable_view(o.q, plan, plan.head_dim);
  params.k = portable_view(o.k, plan, plan.head_dim);
  params.v = portable_view(o.v, plan, plan.value_dim);
  params.o = portable_view(o.out, plan, plan.value_dim);
  params.query_tiles = static_cast<int32_t>((plan.query_length + rows - 1) / rows);
  params.side = plan.side;
  params.qk_dim = plan.head_dim;
  params.v_dim = plan.value_dim;
  params.out_type = plan.out_type;
  const int shared_bytes = attention::portable_shared_bytes(plan.type, instance_of(plan));
  cuda::LaunchShape shape;
  shape.grid = {static_cast<unsigned>(int64_t{plan.batch} * plan.heads * params.query_tiles), 1, 1};
  shape.block = {static_cast<unsigned>(attention::portable_threads(plan.type)), 1, 1};
  shape.dynamicSharedBytes = static_cast<unsigned>(shared_bytes);
  shape.stream = stream;
  cuda::launch(api, modules.kernel(module_name(plan) + ".fatbin", kernel_name(plan), shared_bytes), shape, params);
}

}  // namespace sparsek::ops
