// The epilogue of kernels that hold four neighbouring columns of a row in a thread.
#pragma once

#include "general.cuh"

namespace sparsek::epilogue {

// Finishes and stores columns `column` .. `column` + 3 of a row, as far as they exist.
__device__ __forceinline__ void store_quad(const EpilogueParams& p, int batch, int row, int column, float4 sum) {
  const int valid = min(4, p.columns - column);
  if (row >= p.rows || valid <= 0) return;
  const float sums[4] = {sum.x, sum.y, sum.z, sum.w};
  const float bias = p.bias ? __ldg(p.bias + row) : 0.0f;
  const int64_t row_step = p.transposed ? 1 : p.leading, column_step = p.transposed ? p.leading : 1;
  const int64_t index = batch * p.batch_stride + row * row_step + column * column_step;
  float values[4];
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const float addend = i < valid && p.beta != 0.0f ? load_element(p.addend, index + i * column_step, p.out_type) : 0.0f;
    values[i] = finish(p, sums[i], addend, bias);
  }
  const bool vector = valid == 4 && !p.transposed && (index & 3) == 0 && (reinterpret_cast<uint64_t>(p.out) & 15) == 0;
  if (vector) {
    store_four(p.out, index, p.out_type, make_float4(values[0], values[1], values[2], values[3]));
    return;
  }
#pragma unroll
  for (int i = 0; i < 4; ++i)
    if (i < valid) store_element(p.out, index + i * column_step, p.out_type, values[i]);
}

}  // namespace sparsek::epilogue
