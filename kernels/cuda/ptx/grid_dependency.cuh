// Programmatic dependent launch (sm_90): a kernel may begin while the one ahead of it in the stream still runs.
//
// Every thread block waits, also one that has nothing to do: a grid that ended without waiting would let the grid behind it
// see the one ahead unfinished.
#pragma once

namespace sparsek::ptx {

// Before the first access to anything that an earlier kernel writes, and before the first write to anything it reads.
__device__ __forceinline__ void grid_dependency_wait() { asm volatile("griddepcontrol.wait;" ::: "memory"); }

// From here on the next kernel may begin, on multiprocessors that have room for it.
__device__ __forceinline__ void grid_dependency_launch() {
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
}

}  // namespace sparsek::ptx
