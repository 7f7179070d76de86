// Launches a plan on a stream. Nothing is allocated and nothing waits: the call can be captured in a graph.
#pragma once

#include <cstdint>

#include "../driver/api.h"
#include "../runtime/module_cache.h"
#include "spmm_plan.h"

namespace sparsek::ops {

// Device pointers and strides (in elements) of one call.
struct SpmmOperands {
  driver::CUdeviceptr values = 0;     // A's blocks, in the pattern's order
  driver::CUdeviceptr packed = 0;     // A's blocks repacked, where plan.packed_bytes is not 0; `values` is then
                                      // read only when B is not aligned
  driver::CUdeviceptr b = 0;
  driver::CUdeviceptr out = 0;
  driver::CUdeviceptr addend = 0;     // read when beta is not 0; may be `out`
  driver::CUdeviceptr bias = 0;       // float32, one a row of op(A); 0: none
  driver::CUdeviceptr tables = 0;     // the plan's tables, uploaded
  driver::CUdeviceptr workspace = 0;  // plan.workspace_bytes, not shared with another call in flight
  int64_t b_leading = 0, out_leading = 0;
  int64_t values_batch_stride = 0;    // 0: all matrices of the batch use the same A
  int64_t b_batch_stride = 0, out_batch_stride = 0;
  ElementType out_type = ElementType::kF16;
  bool out_transposed = false;
  float alpha = 1.0f, beta = 0.0f;
  Activation activation = Activation::kNone;
};

// Whether the plan's own kernel can read these operands: the copy engine needs 16-byte aligned addresses and strides.
// What it cannot read goes to the portable kernel, which is right but slower.
bool spmm_operands_aligned(const SpmmPlan& plan, const SpmmOperands& operands);

// Repacks A's values for a plan with plan.packed_bytes; `packed` has that many bytes a matrix of `operands.values`.
void pack_spmm_values(const driver::Api& api, cuda::ModuleCache& modules, const SpmmPlan& plan,
                      const SpmmOperands& operands, driver::CUstream stream);

// The context must be current. Throws a DriverError, or a MissingKernelError when the cubins are not there.
void launch_spmm(const driver::Api& api, cuda::ModuleCache& modules, const SpmmPlan& plan,
                 const SpmmOperands& operands, driver::CUstream stream);

}  // namespace sparsek::ops
