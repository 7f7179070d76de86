#include "tensor_maps.h"

#include <algorithm>
#include <cstring>

#include "../driver/error.h"

namespace sparsek::ops {

using namespace driver;

namespace {

// A batch of one may come without a stride.
uint64_t batch_bytes(const MatrixView& view) {
  return static_cast<uint64_t>(std::max(view.batch_stride, view.row_stride)) * kTiledElementBytes;
}

}  // namespace

TensorMap encode_tiled(const Api& api, ElementType type, CUdeviceptr base, int rank, const uint64_t* sizes,
                       const uint64_t* strides, const uint32_t* box) {
  const uint32_t steps[5] = {1, 1, 1, 1, 1};
  const CUtensorMapDataType data =
      type == ElementType::kF16 ? CU_TENSOR_MAP_DATA_TYPE_FLOAT16 : CU_TENSOR_MAP_DATA_TYPE_BFLOAT16;
  alignas(128) CUtensorMap map;
  check(api.cuTensorMapEncodeTiled(&map, data, static_cast<uint32_t>(rank), reinterpret_cast<void*>(base), sizes, strides,
                                   box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
                                   CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE),
        "cuTensorMapEncodeTiled");
  TensorMap result;
  std::memcpy(&result, &map, sizeof result);
  return result;
}

bool tensor_map_possible(const MatrixView& view) {
  return view.base % kTiledAlignment == 0 && view.row_stride * kTiledElementBytes % kTiledAlignment == 0 &&
         (view.batch == 1 || view.batch_stride * kTiledElementBytes % kTiledAlignment == 0);
}

TensorMap encode_matrix(const Api& api, ElementType type, const MatrixView& view, int box_columns, int box_rows) {
  const uint64_t sizes[3] = {static_cast<uint64_t>(view.columns), static_cast<uint64_t>(view.rows),
                             static_cast<uint64_t>(view.batch)};
  const uint64_t strides[2] = {static_cast<uint64_t>(view.row_stride) * kTiledElementBytes, batch_bytes(view)};
  const uint32_t box[3] = {static_cast<uint32_t>(box_columns), static_cast<uint32_t>(box_rows), 1};
  return encode_tiled(api, type, view.base, 3, sizes, strides, box);
}

TensorMap encode_chunked(const Api& api, ElementType type, const MatrixView& view, int box_rows, int box_chunks) {
  constexpr uint64_t kChunk = kTiledColumns;
  const uint64_t sizes[4] = {kChunk, static_cast<uint64_t>(view.rows), static_cast<uint64_t>(view.columns) / kChunk,
                             static_cast<uint64_t>(view.batch)};
  const uint64_t strides[3] = {static_cast<uint64_t>(view.row_stride) * kTiledElementBytes, kChunk * kTiledElementBytes,
                               batch_bytes(view)};
  const uint32_t box[4] = {kChunk, static_cast<uint32_t>(box_rows), static_cast<uint32_t>(box_chunks), 1};
  return encode_tiled(api, type, view.base, 4, sizes, strides, box);
}

}  // namespace sparsek::ops
