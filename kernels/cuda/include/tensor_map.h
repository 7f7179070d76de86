// A tensor map as kernels receive it: the driver's CUtensorMap, opaque, so that host code needs no CUDA header.
#pragma once

#include <cstdint>

namespace sparsek {

struct alignas(64) TensorMap {
  uint64_t opaque[16];
};
static_assert(sizeof(TensorMap) == 128, "the driver's tensor map has 128 bytes");

}  // namespace sparsek
