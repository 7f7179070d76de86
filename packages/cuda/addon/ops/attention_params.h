// What the parameters of all attention kernels have in common, filled from a plan and the operands of a call.
#pragma once

#include "../../../../kernels/cuda/attention/params.h"
#include "attention_launch.h"
#include "attention_plan.h"
#include "plan_table.h"

namespace sparsek::ops {

template <typename AnyParams>
void fill_common(AnyParams& params, const AttentionPlan& plan, const AttentionOperands& o) {
  params.geometry = {static_cast<int32_t>(plan.query_length), static_cast<int32_t>(plan.key_length),
                     plan.has_documents ? table_at<int32_t>(o.tables, plan.document_start) : nullptr,
                     plan.has_documents ? table_at<int32_t>(o.tables, plan.document_end) : nullptr};
  params.masks = {reinterpret_cast<const uint8_t*>(o.tables), table_at<attention::Pattern>(o.tables, plan.patterns),
                  table_at<int32_t>(o.tables, plan.head_map)};
  params.map_batches = plan.map_batches;
  params.map_heads = plan.map_heads;
  params.heads = plan.heads;
  params.group = plan.heads / plan.kv_heads;
  params.lse = reinterpret_cast<float*>(o.lse);
  params.sinks = reinterpret_cast<const float*>(o.sinks);
  params.slopes = plan.alibi ? reinterpret_cast<const float*>(o.slopes) : nullptr;
  params.scores = {plan.scale, plan.scale * attention::kLog2e, plan.softcap};
}

}  // namespace sparsek::ops
