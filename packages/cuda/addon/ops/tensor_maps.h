// Tensor maps of 16-bit matrices for the copy engine.
#pragma once

#include <cstdint>

#include "../../../../kernels/cuda/include/epilogue_params.h"
#include "../../../../kernels/cuda/include/tensor_map.h"
#include "../driver/api.h"

namespace sparsek::ops {

// What the copy engine asks of tensors: elements of 16 bits here, addresses and strides that are multiples of 16 bytes.
constexpr int64_t kTiledElementBytes = 2;
constexpr int64_t kTiledAlignment = 16;
constexpr int kTiledColumns = 64;  // most elements of a box's row: the 128 bytes that the swizzle spans

// A map of a tensor of up to five dimensions, innermost first: sizes in elements, strides of all dimensions but the
// innermost in bytes, a box that lands with 128-byte swizzle. Throws a DriverError.
TensorMap encode_tiled(const driver::Api& api, ElementType type, driver::CUdeviceptr base, int rank,
                       const uint64_t* sizes, const uint64_t* strides, const uint32_t* box);

// A batch of matrices whose rows are contiguous; sizes and strides in elements.
struct MatrixView {
  driver::CUdeviceptr base;
  int64_t columns, rows, batch;
  int64_t row_stride, batch_stride;
};

// Whether the copy engine can address the view: 16-byte aligned base and strides.
bool tensor_map_possible(const MatrixView& view);

// Box of `box_columns` (at most kTiledColumns) x `box_rows` of one matrix. Throws a DriverError.
TensorMap encode_matrix(const driver::Api& api, ElementType type, const MatrixView& view, int box_columns, int box_rows);

// The same view with columns in chunks of 64, {64, rows, columns / 64, batch}: one box of `box_chunks` chunks lands chunk
// after chunk. The number of columns is a multiple of 64.
TensorMap encode_chunked(const driver::Api& api, ElementType type, const MatrixView& view, int box_rows, int box_chunks);

}  // namespace sparsek::ops
