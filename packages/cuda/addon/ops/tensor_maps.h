// Tensor maps of 16-bit matrices for the copy engine.
#pragma once

#include <cstdint>

#include "../../../../kernels/cuda/include/epilogue_params.h"
#include "../../../../kernels/cuda/include/tensor_map.h"
#include "../driver/api.h"

namespace sparsek::ops {

// A batch of matrices whose rows are contiguous; sizes and strides in elements.
struct MatrixView {
  driver::CUdeviceptr base;
  int64_t columns, rows, batch;
  int64_t row_stride, batch_stride;
};

// Whether the copy engine can address the view: 16-byte aligned base and strides.
bool tensor_map_possible(const MatrixView& view);

// Box of `box_columns` (at most 64 elements, the 128-byte swizzle) x `box_rows` of one matrix. Throws a DriverError.
TensorMap encode_matrix(const driver::Api& api, ElementType type, const MatrixView& view, int box_columns, int box_rows);

// The same view with columns in chunks of 64, {64, rows, columns / 64, batch}: one box of `box_chunks` chunks lands chunk
// after chunk. The number of columns is a multiple of 64.
TensorMap encode_chunked(const driver::Api& api, ElementType type, const MatrixView& view, int box_rows, int box_chunks);

}  // namespace sparsek::ops
