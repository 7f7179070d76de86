// Launches an attention plan on a stream. Nothing is allocated and nothing waits: the call can be captured in a graph.
#pragma once

#include <cstdint>

#include "../driver/api.h"
#include "../runtime/module_cache.h"
#include "attention_plan.h"

namespace sparsek::ops {

// A tensor [batch, heads, sequence, head dimension] of any layout whose rows are contiguous; strides in elements.
struct AttentionView {
  driver::CUdeviceptr base = 0;
  int64_t sequence_stride = 0, head_stride = 0, batch_stride = 0;
};

struct AttentionOperands {
  AttentionView q, k, v, out;
  driver::CUdeviceptr lse = 0;     // float32 [batch, heads, query length]; 0: not wanted
  driver::CUdeviceptr sinks = 0;   // float32 [heads]; 0: none
  driver::CUdeviceptr slopes = 0;  // float32 [heads]; read when the plan was made with `alibi`
  driver::CUdeviceptr tables = 0;  // the plan's tables, uploaded
  driver::CUdeviceptr counter = 0;    // 4 bytes that are 0 and that no other launch uses meanwhile; 0 again afterwards
  driver::CUdeviceptr workspace = 0;  // plan.workspace_bytes, written and read by this launch
};

// Whether the copy engine can address a tensor: 16-byte aligned base and strides.
bool attention_view_aligned(const AttentionView& view);

// Tensors that the copy engine cannot address go to the portable kernel. The context must be current. Throws a DriverError,
// or a MissingKernelError when the cubins are not there.
void launch_attention(const driver::Api& api, cuda::ModuleCache& modules, const AttentionPlan& plan,
                      const AttentionOperands& operands, driver::CUstream stream);

}  // namespace sparsek::ops
