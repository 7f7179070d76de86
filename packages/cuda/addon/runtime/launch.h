#pragma once
// Launching a kernel with typed arguments.
//
//   launch(context.api(), kernel, {{tiles, 1, 1}, {384, 1, 1}, sharedBytes, stream}, map, pointer, rows);
//
// The arguments' types must be those of the kernel's parameters, in order: the driver reads each parameter's bytes
// from the address it is given. A __grid_constant__ tensor map is passed as the CUtensorMap itself.

#include <cstddef>
#include <type_traits>

#include "../driver/api.h"
#include "../driver/error.h"

namespace sparsek::cuda {

struct Extent3 {
  unsigned int x = 1;
  unsigned int y = 1;
  unsigned int z = 1;
};

struct LaunchShape {
  Extent3 grid;
  Extent3 block;
  unsigned int dynamicSharedBytes = 0;
  driver::CUstream stream = nullptr;
  /** Thread blocks that run together; the grid is a multiple of it. */
  Extent3 cluster;
  /** Let the kernel start before the one ahead of it in the stream has ended (griddepcontrol). */
  bool overlapPrevious = false;
};

/** As cuLaunchKernelEx; an empty grid launches nothing. Throws a DriverError. */
void launchPacked(const driver::Api& api, driver::CUfunction kernel, const LaunchShape& shape, void** parameters);

template <typename... Arguments>
void launch(const driver::Api& api, driver::CUfunction kernel, const LaunchShape& shape,
            const Arguments&... arguments) {
  static_assert((std::is_trivially_copyable_v<Arguments> && ...), "kernel parameters are passed as bytes");
  void* parameters[sizeof...(Arguments) + 1] = {const_cast<void*>(static_cast<const void*>(&arguments))..., nullptr};
  launchPacked(api, kernel, shape, parameters);
}

}  // namespace sparsek::cuda
