#include "attention_portable.h"

#include "../../../../kernels/cuda/attention/portable_params.h"
#include "../runtime/launch.h"
#include "attention_params.h"
#include "attention_portable_kernel.h"

namespace sparsek::ops {

namespace {

attention::PortableView portable_view(const AttentionView& view, const AttentionPlan& plan, int dim) {
  constexpr int kVector = 8;  // elements of 16 bytes
  const bool vectors = plan.type != ElementType::kF32 && dim % kVector == 0 && attention_view_aligned(view);
  return {reinterpret_cast<void*>(view.base), view.sequence_stride, view.head_stride, view.batch_stride, vectors ? 1 : 0, 0};
}

}  // namespace

void launch_attention_portable(const driver::Api& api, cuda::ModuleCache& modules, const AttentionPlan& plan,
                               const AttentionOperands& o, driver::CUstream stream) {
  const PortableAttentionKernel kernel = portable_attention_kernel(plan);
  attention::PortableParams params{};
  fill_common(params, plan, o);
  params.q = portable_view(o.q, plan, plan.head_dim);
  params.k = portable_view(o.k, plan, plan.head_dim);
  params.v = portable_view(o.v, plan, plan.value_dim);
  params.o = portable_view(o.out, plan, plan.value_dim);
  params.query_tiles = static_cast<int32_t>((plan.query_length + kernel.query_rows - 1) / kernel.query_rows);
  params.side = plan.side;
  params.qk_dim = plan.head_dim;
  params.v_dim = plan.value_dim;
  params.out_type = plan.out_type;
  cuda::LaunchShape shape;
  shape.grid = {static_cast<unsigned>(int64_t{plan.batch} * plan.heads * params.query_tiles), 1, 1};
  shape.block = {static_cast<unsigned>(kernel.threads), 1, 1};
  shape.dynamicSharedBytes = static_cast<unsigned>(kernel.shared_bytes);
  shape.stream = stream;
  cuda::launch(api, modules.kernel(kernel.module + ".fatbin", kernel.name, kernel.shared_bytes), shape, params);
}

}  // namespace sparsek::ops
