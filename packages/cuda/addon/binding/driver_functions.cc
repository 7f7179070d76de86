// load, deviceCount, deviceProperties, openDevice, deviceMemory, inspectAddress, dropDevice

#include "arguments.h"
#include "environment.h"
#include "errors.h"
#include "functions.h"
#include "handle.h"
#include "objects.h"

namespace sparsek::binding {
namespace {

using driver::check;

const char* statusName(driver::LoadStatus status) {
  switch (status) {
    case driver::LoadStatus::kReady: return "ready";
    case driver::LoadStatus::kNoLibrary: return "no-library";
    case driver::LoadStatus::kTooOld: return "too-old";
    case driver::LoadStatus::kMissingFunction: return "missing-function";
    case driver::LoadStatus::kInitFailed: return "init-failed";
  }
  return "unknown";
}

const driver::Api& loadedApi(Napi::Env env) {
  const auto& api = Environment::of(env).api();
  if (!api) throw Napi::Error::New(env, "The driver is not loaded");
  return *api;
}

/** load(path): { status, version, oldest, detail, result } */
Napi::Value load(const Napi::CallbackInfo& info) {
  const driver::Loaded& loaded = Environment::of(info.Env()).load(stringAt(info, 0).c_str());
  Napi::Object answer = Napi::Object::New(info.Env());
  answer.Set("status", statusName(loaded.status));
  answer.Set("version", loaded.version);
  answer.Set("oldest", driver::kOldestDriver);
  answer.Set("detail", loaded.detail);
  const char* name = nullptr;
  if (loaded.api != nullptr) loaded.api->cuGetErrorName(loaded.result, &name);
  answer.Set("result", name != nullptr ? std::string(name) : "CUDA result " + std::to_string(loaded.result));
  return answer;
}

Napi::Value deviceCount(const Napi::CallbackInfo& info) {
  int count = 0;
  check(loadedApi(info.Env()).cuDeviceGetCount(&count), "cuDeviceGetCount");
  return Napi::Number::New(info.Env(), count);
}

Napi::Value deviceProperties(const Napi::CallbackInfo& info) {
  const cuda::DeviceProperties device = cuda::readDevice(loadedApi(info.Env()), intAt(info, 0));
  Napi::Object answer = Napi::Object::New(info.Env());
  answer.Set("ordinal", device.ordinal);
  answer.Set("name", device.name);
  answer.Set("uuid", device.uuid);
  answer.Set("pciAddress", device.pciAddress);
  answer.Set("major", device.major);
  answer.Set("minor", device.minor);
  answer.Set("supported", device.isSupported());
  answer.Set("multiprocessors", device.multiprocessors);
  answer.Set("memoryBytes", static_cast<double>(device.memoryBytes));
  answer.Set("l2Bytes", device.l2Bytes);
  answer.Set("sharedBytesPerBlock", device.sharedBytesPerBlock);
  answer.Set("clockKilohertz", device.clockKilohertz);
  answer.Set("memoryClockKilohertz", device.memoryClockKilohertz);
  answer.Set("memoryBusBits", device.memoryBusBits);
  return answer;
}

/** openDevice(ordinal, cubinFolder) */
Napi::Value openDevice(const Napi::CallbackInfo& info) {
  const Environment& environment = Environment::of(info.Env());
  loadedApi(info.Env());
  return makeHandle(info.Env(), std::make_shared<Device>(environment.api(), intAt(info, 0), stringAt(info, 1),
                                                         environment.completions()));
}

/** deviceMemory(device): { free, total } as the driver tells it, of all processes together. */
Napi::Value deviceMemory(const Napi::CallbackInfo& info) {
  const auto device = fromHandle<Device>(info[0]);
  std::size_t free = 0;
  std::size_t total = 0;
  onDevice(*device, [&] { check(device->api().cuMemGetInfo(&free, &total), "cuMemGetInfo"); });
  Napi::Object answer = Napi::Object::New(info.Env());
  answer.Set("free", static_cast<double>(free));
  answer.Set("total", static_cast<double>(total));
  return answer;
}

/** inspectAddress(device, address): { ordinal, start, bytes } of the allocation, or undefined for other memory. */
Napi::Value inspectAddress(const Napi::CallbackInfo& info) {
  const auto device = fromHandle<Device>(info[0]);
  const driver::CUdeviceptr address = addressAt(info, 1);
  return onDevice(*device, [&]() -> Napi::Value {
    const driver::Api& api = device->api();
    unsigned int type = 0;
    const driver::CUresult known =
        api.cuPointerGetAttribute(&type, driver::CU_POINTER_ATTRIBUTE_MEMORY_TYPE, address);
    if (known == driver::CUDA_ERROR_INVALID_VALUE || type != driver::CU_MEMORYTYPE_DEVICE) {
      return info.Env().Undefined();
    }
    check(known, "cuPointerGetAttribute");
    int ordinal = 0;
    driver::CUdeviceptr start = 0;
    std::size_t bytes = 0;
    const auto read = [&](void* target, driver::CUpointer_attribute which) {
      check(api.cuPointerGetAttribute(target, which, address), "cuPointerGetAttribute");
    };
    read(&ordinal, driver::CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL);
    read(&start, driver::CU_POINTER_ATTRIBUTE_RANGE_START_ADDR);
    read(&bytes, driver::CU_POINTER_ATTRIBUTE_RANGE_SIZE);
    Napi::Object answer = Napi::Object::New(info.Env());
    answer.Set("ordinal", ordinal);
    answer.Set("start", Napi::BigInt::New(info.Env(), static_cast<std::uint64_t>(start)));
    answer.Set("bytes", static_cast<double>(bytes));
    return answer;
  });
}

}  // namespace

void defineDriverFunctions(Napi::Object exports) {
  define<load>(exports, "load", "sparsek.driver.load");
  define<deviceCount>(exports, "deviceCount");
  define<deviceProperties>(exports, "deviceProperties");
  define<openDevice>(exports, "openDevice", "sparsek.device.open");
  define<drop<Device>>(exports, "dropDevice");
  define<deviceMemory>(exports, "deviceMemory");
  define<inspectAddress>(exports, "inspectAddress");
}

}  // namespace sparsek::binding
