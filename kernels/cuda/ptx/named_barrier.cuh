// Named barriers of a block (0 is __syncthreads). The id is a template argument: with an id in a register ptxas reserves
// all sixteen.
#pragma once

namespace sparsek::ptx {

template <int Id, int Threads>
__device__ __forceinline__ void named_barrier_sync() {
  static_assert(Id >= 0 && Id < 16 && Threads % 32 == 0);
  asm volatile("bar.sync %0, %1;" ::"n"(Id), "n"(Threads) : "memory");
}

template <int Id, int Threads>
__device__ __forceinline__ void named_barrier_arrive() {
  static_assert(Id >= 0 && Id < 16 && Threads % 32 == 0);
  asm volatile("bar.arrive %0, %1;" ::"n"(Id), "n"(Threads) : "memory");
}

// One barrier per warpgroup: warpgroup w uses id First + w.
template <int First, int Count>
__device__ __forceinline__ void warpgroup_sync(int warpgroup) {
  static_assert(Count >= 1 && Count <= 3);
  if (warpgroup == 0) {
    named_barrier_sync<First, 128>();
  } else if (Count > 1 && warpgroup == 1) {
    named_barrier_sync<First + (Count > 1 ? 1 : 0), 128>();
  } else if (Count > 2) {
    named_barrier_sync<First + (Count > 2 ? 2 : 0), 128>();
  }
}

}  // namespace sparsek::ptx
