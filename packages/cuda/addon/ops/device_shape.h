// What plans depend on of a device.
#pragma once

namespace sparsek::ops {

struct DeviceShape {
  int multiprocessors;
  int compute_major;  // 9 selects the Hopper kernels
};

}  // namespace sparsek::ops
