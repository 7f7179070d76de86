// Position in a ring of shared-memory stages: the slot and the parity of the current turn around the ring. It runs on
// across tiles, so that loads for the next tile start while this one drains.
#pragma once

#include <cstdint>

namespace sparsek::pipeline {

template <int Stages>
struct RingPosition {
  int slot = 0;
  uint32_t parity = 0;

  __device__ __forceinline__ void advance() {
    if (++slot == Stages) {
      slot = 0;
      parity ^= 1;
    }
  }
};

}  // namespace sparsek::pipeline
