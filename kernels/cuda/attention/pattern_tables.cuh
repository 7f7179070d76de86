// Finding a head's mask pattern and the pattern's arrays, for the parameters of any attention kernel.
#pragma once

#include "params.h"

namespace sparsek::attention {

// An array of a pattern; null where the pattern does not have it.
template <typename T, typename AnyParams>
__device__ __forceinline__ const T* table(const AnyParams& p, int64_t offset) {
  return offset == kNone ? nullptr : reinterpret_cast<const T*>(p.masks.arrays + offset);
}

struct HeadMapPlace {
  int row, column;
};

// A head map of one batch or one head serves all of them.
template <typename AnyParams>
__device__ __forceinline__ HeadMapPlace place_in_head_map(const AnyParams& p, int batch, int head) {
  return {p.map_batches == 1 ? 0 : batch, p.map_heads == 1 ? 0 : head};
}

}  // namespace sparsek::attention
