#include "attention_launch.h"

#include <string>

#include "../../../../kernels/cuda/attention/combine_params.h"
#include "../runtime/launch.h"
#include "attention_params.h"
#include "attention_portable.h"
#include "element_name.h"
#include "tensor_maps.h"

namespace sparsek::ops {

using driver::Api;

namespace {

TensorMap encode_view(const Api& api, ElementType type, const AttentionView& view, int64_t dim, int64_t length,
                      int64_t heads, int64_t batch, int box_rows) {
  const uint64_t sizes[4] = {static_cast<uint64_t>(dim), static_cast<uint64_t>(length), static_cast<uint64_t>(heads),
                             static_cast<uint64_t>(batch)};
  const uint64_t strides[3] = {static_cast<uint64_t>(view.sequence_stride * kTiledElementBytes),
                               static_cast<uint64_t>(view.head_stride * kTiledElementBytes),
                               static_cast<uint64_t>(view.batch_stride * kTiledElementBytes)};
  const uint32_t box[4] = {kTiledColumns, static_cast<uint32_t>(box_rows), 1, 1};
  return encode_tiled(api, type, view.base, 4, sizes, strides, box);
}

bool takes_copy_engine(const AttentionPlan& plan, const AttentionOperands& o) {
  if (!attention_view_aligned(o.q) || !attention_view_aligned(o.out)) return false;
  return plan.key_length == 0 || (attention_view_aligned(o.k) && attention_view_aligned(o.v));
}

float* partial_out(const AttentionOperands& o) { return reinterpret_cast<float*>(o.workspace); }

// Behind all partial Os.
float* partial_lse(const AttentionPlan& plan, const AttentionOperands& o) {
  return partial_out(o) + plan.partials * plan.side * plan.partial_width;
}

// Joins the parts of split rows; behind the kernel that wrote them.
void launch_combine(const Api& api, cuda::ModuleCache& modules, const AttentionPlan& plan, const AttentionOperands& o,
                    driver::CUstream stream) {
  attention::CombineParams params{};
  params.splits = table_at<attention::Split>(o.tables, plan.splits);
  params.partial_out = partial_out(o);
  params.partial_lse = partial_lse(plan, o);
  params.out = reinterpret_cast<void*>(o.out.base);
  params.sequence_stride = o.out.sequence_stride;
  params.head_stride = o.out.head_stride;
  params.batch_stride = o.out.batch_stride;
  params.lse = reinterpret_cast<float*>(o.lse);
  params.sinks = reinterpret_cast<const float*>(o.sinks);
  params.heads = plan.heads;
  params.query_tiles = plan.query_tiles;
  params.query_length = static_cast<int32_t>(plan.query_length);
  params.side = plan.side;
  params.stride = plan.partial_width;
  params.width = plan.value_dim;
  cuda::LaunchShape shape;
  const bool few = plan.most_parts <= attention::kFewParts;
  const int block_rows = few ? attention::kCombineThreads / 32 : 1;
  shape.grid = {static_cast<unsigned>(plan.split_rows * (plan.side / block_rows)), 1, 1};
  shape.block = {attention::kCombineThreads, 1, 1};
  shape.stream = stream;
  const std::string kernel = std::string("sparsek_attention_combine_") + (few ? "few_" : "") + element_name(plan.type);
  cuda::launch(api, modules.kernel("attention_combine.cubin", kernel, 0), shape, params);
}

}  // namespace

bool attention_view_aligned(const AttentionView& view) {
  const auto aligned = [](int64_t stride) { return stride * kTiledElementBytes % kTiledAlignment == 0; };
  return view.base % kTiledAlignment == 0 && aligned(view.sequence_stride) && aligned(view.head_stride) &&
         aligned(view.batch_stride);
}

void launch_attention(const Api& api, cuda::ModuleCache& modules, const AttentionPlan& plan,
                      const AttentionOperands& o, driver::CUstream stream) {
  if (plan.items == 0) return;
  if (plan.portable || !takes_copy_engine(plan, o)) {
    launch_attention_portable(api, modules, plan, o, stream);
    return;
  }
  attention::Params params{};
  fill_common(params, plan, o);
  params.q = encode_view(api, plan.type, o.q, plan.head_dim, plan.query_length, plan.heads, plan.batch, plan.side);
  if (plan.key_length > 0) {  // a tensor map must not have an empty side; without keys nothing is loaded
    params.k = encode_view(api, plan.type, o.k, plan.head_dim, plan.key_length, plan.kv_heads, plan.batch,
                           plan.step_keys);
    params.v = encode_view(api, plan.type, o.v, plan.value_dim, plan.key_length, plan.kv_heads, plan.batch,
                           plan.step_keys);
  } else {
    params.k = params.v = params.q;
  }
  params.o = encode_view(api, plan.type, o.out, plan.value_dim, plan.query_length, plan.heads, plan.batch,
                         attention::kConsumerRows);
  params.order = plan.has_order ? table_at<int32_t>(o.tables, plan.order) : nullptr;
  params.ticket = reinterpret_cast<uint32_t*>(o.counter);
  if (plan.split_rows > 0) {
    params.chunks = table_at<attention::Chunk>(o.tables, plan.chunks);
    params.partial_out = partial_out(o);
    params.partial_lse = partial_lse(plan, o);
  }
  params.batch = plan.batch;
  params.query_tiles = plan.query_tiles;
  params.items = plan.items;
  params.section = plan.section;
  params.descending = plan.descending;
  cuda::LaunchShape shape;
  shape.grid = {static_cast<unsigned>(plan.grid), 1, 1};
  shape.block = {static_cast<unsigned>(plan.threads), 1, 1};
  shape.dynamicSharedBytes = static_cast<unsigned>(plan.shared_bytes);
  shape.stream = stream;
  shape.overlapPrevious = true;  // the kernel waits for the grid ahead before it touches its data
  cuda::launch(api, modules.kernel(plan.module + ".cubin", plan.kernel, plan.shared_bytes), shape, params);
  if (plan.split_rows > 0) launch_combine(api, modules, plan, o, stream);
}

}  // namespace sparsek::ops
