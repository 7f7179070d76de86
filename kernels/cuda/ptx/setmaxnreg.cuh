// Moves registers between warpgroups. All warps of the warpgroup execute it; the counts of all warpgroups times 128 must
// fit the 65536 registers of the block, and the kernel needs __launch_bounds__(threads, 1).
#pragma once

namespace sparsek::ptx {

template <int Registers>
__device__ __forceinline__ void setmaxnreg_dec() {
  static_assert(Registers >= 24 && Registers <= 256 && Registers % 8 == 0);
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(Registers));
}

template <int Registers>
__device__ __forceinline__ void setmaxnreg_inc() {
  static_assert(Registers >= 24 && Registers <= 256 && Registers % 8 == 0);
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(Registers));
}

}  // namespace sparsek::ptx
