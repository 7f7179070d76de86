#pragma once
// What a device can do, read once.

#include <cstddef>
#include <string>

#include "../driver/api.h"

namespace sparsek::cuda {

/** Compute capability of the oldest supported GPU (Ampere): cp.async, bf16 and mma.sync m16n8k16. */
constexpr int kOldestCapability = 80;
/** Hopper: the only capability that runs code compiled for sm_90a. */
constexpr int kHopperCapability = 90;

struct DeviceProperties {
  int ordinal = 0;
  driver::CUdevice handle = 0;
  std::string name;
  /** "GPU-" and the hexadecimal groups that nvidia-smi -L shows. */
  std::string uuid;
  /** Domain, bus and device as in lspci, such as 0000:1b:00.0. */
  std::string pciAddress;
  int major = 0;
  int minor = 0;
  int multiprocessors = 0;
  std::size_t memoryBytes = 0;
  int l2Bytes = 0;
  /** Largest dynamic shared memory of a block, after opting in. */
  int sharedBytesPerBlock = 0;
  int clockKilohertz = 0;
  int memoryClockKilohertz = 0;
  int memoryBusBits = 0;

  int capability() const { return major * 10 + minor; }
  bool isSupported() const { return capability() >= kOldestCapability; }
  bool isHopper() const { return capability() == kHopperCapability; }
};

/** Throws a DriverError when the ordinal names no device. Needs no context. */
DeviceProperties readDevice(const driver::Api& api, int ordinal);

}  // namespace sparsek::cuda
