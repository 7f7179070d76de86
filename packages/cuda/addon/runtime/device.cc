#include "device.h"

#include <cstdio>

#include "../driver/error.h"

namespace sparsek::cuda {
namespace {

using namespace driver;

int attribute(const Api& api, CUdevice device, CUdevice_attribute which) {
  int value = 0;
  check(api.cuDeviceGetAttribute(&value, which, device), "cuDeviceGetAttribute");
  return value;
}

std::string formatUuid(const CUuuid& uuid) {
  std::string text = "GPU";
  for (int i = 0; i < 16; i += 1) {
    if (i == 0 || i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(uuid.bytes[i]));
    text += digits;
  }
  return text;
}

}  // namespace

DeviceProperties readDevice(const Api& api, int ordinal) {
  DeviceProperties device;
  device.ordinal = ordinal;
  check(api.cuDeviceGet(&device.handle, ordinal), "cuDeviceGet");
  char name[256] = {};
  check(api.cuDeviceGetName(name, sizeof name, device.handle), "cuDeviceGetName");
  device.name = name;
  CUuuid uuid = {};
  check(api.cuDeviceGetUuid(&uuid, device.handle), "cuDeviceGetUuid");
  device.uuid = formatUuid(uuid);
  check(api.cuDeviceTotalMem(&device.memoryBytes, device.handle), "cuDeviceTotalMem");
  const auto read = [&](CUdevice_attribute which) { return attribute(api, device.handle, which); };
  char address[32];
  std::snprintf(address, sizeof address, "%04x:%02x:%02x.0", read(CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID),
                read(CU_DEVICE_ATTRIBUTE_PCI_BUS_ID), read(CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID));
  device.pciAddress = address;
  device.major = read(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
  device.minor = read(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  device.multiprocessors = read(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  device.l2Bytes = read(CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
  device.sharedBytesPerBlock = read(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
  device.clockKilohertz = read(CU_DEVICE_ATTRIBUTE_CLOCK_RATE);
  device.memoryClockKilohertz = read(CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE);
  device.memoryBusBits = read(CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH);
  return device;
}

}  // namespace sparsek::cuda
