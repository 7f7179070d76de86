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

// One of Count barriers with neighbouring ids, chosen by a warp-uniform index.
template <int First, int Count, int Threads>
__device__ __forceinline__ void indexed_barrier_sync(int index) {
  static_assert(Count >= 1 && Count <= 4 && First + Count <= 16);
  if (index == 0) {
    named_barrier_sync<First, Threads>();
  } else if (Count > 1 && index == 1) {
    named_barrier_sync<First + (Count > 1 ? 1 : 0), Threads>();
  } else if (Count > 2 && index == 2) {
    named_barrier_sync<First + (Count > 2 ? 2 : 0), Threads>();
  } else if (Count > 3) {
    named_barrier_sync<First + (Count > 3 ? 3 : 0), Threads>();
  }
}

template <int First, int Count, int Threads>
__device__ __forceinline__ void indexed_barrier_arrive(int index) {
  static_assert(Count >= 1 && Count <= 4 && First + Count <= 16);
  if (index == 0) {
    named_barrier_arrive<First, Threads>();
  } else if (Count > 1 && index == 1) {
    named_barrier_arrive<First + (Count > 1 ? 1 : 0), Threads>();
  } else if (Count > 2 && index == 2) {
    named_barrier_arrive<First + (Count > 2 ? 2 : 0), Threads>();
  } else if (Count > 3) {
    named_barrier_arrive<First + (Count > 3 ? 3 : 0), Threads>();
  }
}

// One barrier per warpgroup: warpgroup w uses id First + w.
template <int First, int Count>
__device__ __forceinline__ void warpgroup_sync(int warpgroup) {
  indexed_barrier_sync<First, Count, 128>(warpgroup);
}

}  // namespace sparsek::ptx
