// Initialisation, devices, contexts, modules and launches.

#include <cstdio>
#include <cstring>
#include <sstream>

#include "entry.h"

using namespace fake;

namespace {

/** Contexts are the devices' ordinals, from 1; the current one is kept for each thread. */
thread_local std::vector<CUcontext> contexts;

CUcontext contextOf(CUdevice device) { return reinterpret_cast<CUcontext>(static_cast<std::intptr_t>(device) + 1); }

}  // namespace

namespace fake {
int currentDevice() {
  return contexts.empty() ? -1 : static_cast<int>(reinterpret_cast<std::intptr_t>(contexts.back())) - 1;
}
}  // namespace fake

EXPORTED CUresult cuInit(unsigned int) {
  // A fresh driver: tests that open it again start without the fault of an earlier one.
  stuck = 0;
  ENTER(cuInit);
  return number("FAKE_CUDA_DEVICES", 2) > 0 ? CUDA_SUCCESS : CUDA_ERROR_NO_DEVICE;
}

EXPORTED CUresult cuDriverGetVersion(int* version) {
  *version = static_cast<int>(number("FAKE_CUDA_VERSION", 13000));
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuGetErrorName(CUresult result, const char** text) {
  static const std::map<int, const char*> names = {
      {0, "CUDA_SUCCESS"},           {1, "CUDA_ERROR_INVALID_VALUE"},    {2, "CUDA_ERROR_OUT_OF_MEMORY"},
      {100, "CUDA_ERROR_NO_DEVICE"}, {700, "CUDA_ERROR_ILLEGAL_ADDRESS"}, {719, "CUDA_ERROR_LAUNCH_FAILED"},
      {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"}};
  const auto found = names.find(result);
  *text = found != names.end() ? found->second : nullptr;
  return found != names.end() ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

EXPORTED CUresult cuDeviceGetCount(int* count) {
  ENTER(cuDeviceGetCount);
  *count = static_cast<int>(number("FAKE_CUDA_DEVICES", 2));
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  ENTER(cuDeviceGet, ordinal);
  if (ordinal < 0 || ordinal >= number("FAKE_CUDA_DEVICES", 2)) return CUDA_ERROR_INVALID_DEVICE;
  *device = ordinal;
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuDeviceGetName(char* name, int length, CUdevice device) {
  std::snprintf(name, static_cast<std::size_t>(length), "Fake GPU %d", device);
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuDeviceGetUuid_v2(CUuuid* uuid, CUdevice device) {
  for (int i = 0; i < 16; i += 1) uuid->bytes[i] = static_cast<char>(0xa0 + i + device);
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuDeviceTotalMem_v2(std::size_t* bytes, CUdevice) {
  *bytes = static_cast<std::size_t>(number("FAKE_CUDA_MEMORY", 1LL << 30));
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice device) {
  const int capability = device == 0 ? static_cast<int>(number("FAKE_CUDA_CAPABILITY", 90)) : 80;
  switch (attribute) {
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: *value = capability / 10; break;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: *value = capability % 10; break;
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT: *value = 132; break;
    case CU_DEVICE_ATTRIBUTE_PCI_BUS_ID: *value = 0x1b + device; break;
    case CU_DEVICE_ATTRIBUTE_CLOCK_RATE: *value = 1980000; break;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN: *value = 232448; break;
    default: *value = 0;
  }
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  ENTER(cuDevicePrimaryCtxRetain, device);
  *context = contextOf(device);
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
  log(describe("cuDevicePrimaryCtxRelease_v2", device));
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuCtxPushCurrent_v2(CUcontext context) {
  // Not noted: every call of the addon begins with one.
  if (const CUresult failure = codeFor("FAKE_CUDA_FAIL", "cuCtxPushCurrent_v2"); failure != 0) return failure;
  contexts.push_back(context);
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuCtxPopCurrent_v2(CUcontext* context) {
  *context = contexts.back();
  contexts.pop_back();
  return CUDA_SUCCESS;
}

/** An image is text: one line a kernel, its name and the sizes of its parameters. The name * stands for every kernel. */
EXPORTED CUresult cuModuleLoadDataEx(CUmodule* module, const void* image, unsigned int, CUjit_option*, void**) {
  ENTER(cuModuleLoadDataEx);
  auto loaded = std::make_unique<FakeModule>();
  std::istringstream lines(static_cast<const char*>(image));
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    FakeKernel kernel;
    words >> kernel.name;
    for (std::size_t bytes; words >> bytes;) kernel.parameterBytes.push_back(bytes);
    loaded->kernels[kernel.name] = kernel;
  }
  *module = reinterpret_cast<CUmodule>(loaded.release());
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuModuleUnload(CUmodule module) {
  log("cuModuleUnload");
  delete reinterpret_cast<FakeModule*>(module);
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuModuleGetFunction(CUfunction* function, CUmodule module, const char* name) {
  ENTER(cuModuleGetFunction, name);
  auto& kernels = reinterpret_cast<FakeModule*>(module)->kernels;
  auto found = kernels.find(name);
  if (found == kernels.end() && kernels.count("*") != 0) {
    FakeKernel kernel = kernels["*"];
    kernel.name = name;
    found = kernels.emplace(name, kernel).first;
  }
  if (found == kernels.end()) return CUDA_ERROR_NOT_FOUND;
  *function = reinterpret_cast<CUfunction>(&found->second);
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuFuncSetAttribute(CUfunction, CUfunction_attribute attribute, int value) {
  ENTER(cuFuncSetAttribute, attribute, value);
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuLaunchKernelEx(const CUlaunchConfig* config, CUfunction function, void** parameters, void**) {
  const auto& kernel = *reinterpret_cast<const FakeKernel*>(function);
  std::ostringstream line;
  line << "cuLaunchKernelEx " << kernel.name << " grid " << config->gridDimX << ',' << config->gridDimY << ','
       << config->gridDimZ << " block " << config->blockDimX << ',' << config->blockDimY << ',' << config->blockDimZ
       << " shared " << config->sharedMemBytes;
  for (unsigned int i = 0; i < config->numAttrs; i += 1) {
    const CUlaunchAttribute& attribute = config->attrs[i];
    line << " attribute " << attribute.id;
    if (attribute.id == CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION) line << '=' << attribute.value.clusterDim.x;
  }
  for (std::size_t i = 0; i < kernel.parameterBytes.size(); i += 1) {
    line << " parameter ";
    const auto* bytes = static_cast<const unsigned char*>(parameters[i]);
    for (std::size_t b = 0; b < kernel.parameterBytes[i]; b += 1) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", bytes[b]);
      line << digits;
    }
  }
  if (const CUresult early = before("cuLaunchKernelEx", line.str()); early != 0) return early;
  reinterpret_cast<FakeStream*>(config->hStream)->give({"kernel", nullptr, nullptr});
  return CUDA_SUCCESS;
}

/** The map holds what was asked for, so that a launch's log shows it: address, rank, sizes. */
EXPORTED CUresult cuTensorMapEncodeTiled(CUtensorMap* map, CUtensorMapDataType type, std::uint32_t rank, void* address,
                                         const std::uint64_t* dims, const std::uint64_t*, const std::uint32_t*,
                                         const std::uint32_t*, CUtensorMapInterleave, CUtensorMapSwizzle,
                                         CUtensorMapL2promotion, CUtensorMapFloatOOBfill) {
  ENTER(cuTensorMapEncodeTiled, type, rank);
  std::memset(map, 0, sizeof *map);
  map->opaque[0] = reinterpret_cast<std::uint64_t>(address);
  map->opaque[1] = rank;
  for (std::uint32_t i = 0; i < rank; i += 1) map->opaque[2 + i] = dims[i];
  return CUDA_SUCCESS;
}
