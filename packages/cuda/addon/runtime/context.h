#pragma once
// One device as seen by one environment (a thread that runs JavaScript, or a C++ program): its primary context, its
// loaded kernels and its memory pool. Holds no global state. Not thread-safe: each environment has its own Context,
// and all of them share the device's primary context.

#include <cstddef>
#include <memory>
#include <new>
#include <string>

#include "../driver/api.h"
#include "../driver/error.h"
#include "device.h"
#include "device_pool.h"
#include "module_cache.h"

namespace sparsek::cuda {

using Stream = driver::CUstream;

/** The device's primary context, kept alive. */
class PrimaryContext {
 public:
  PrimaryContext(const driver::Api& api, driver::CUdevice device);
  ~PrimaryContext();
  PrimaryContext(const PrimaryContext&) = delete;
  PrimaryContext& operator=(const PrimaryContext&) = delete;
  driver::CUcontext handle() const { return handle_; }

 private:
  const driver::Api& api_;
  driver::CUdevice device_;
  driver::CUcontext handle_ = nullptr;
};

class Context {
 public:
  /** Retains the primary context of device `ordinal`. `cubins` is the folder that holds the compiled kernels. */
  Context(std::shared_ptr<const driver::Api> api, int ordinal, std::string cubins);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const driver::Api& api() const { return *api_; }
  const DeviceProperties& device() const { return device_; }
  driver::CUcontext handle() const { return primary_.handle(); }
  DevicePool& pool() { return *pool_; }
  ModuleCache& modules() { return *modules_; }

  /**
   * Scratch or result memory for work on `stream`, from the pool; aligned to 256 bytes, not cleared. The buffer goes
   * back to the pool when it is destroyed, and is reused only after the work that the stream held by then.
   */
  DeviceBuffer allocate(std::size_t bytes, Stream stream) { return pool_->allocate(bytes, stream); }

 private:
  std::shared_ptr<const driver::Api> api_;
  DeviceProperties device_;
  PrimaryContext primary_;
  std::unique_ptr<ModuleCache> modules_;
  std::shared_ptr<DevicePool> pool_;
};

/** Makes a context current for a scope. Every entry from JavaScript holds one; code below it need not. */
class CurrentContext {
 public:
  /** Throws a DriverError when the driver refuses. */
  explicit CurrentContext(const Context& context);
  /** For what must go on: where the driver refuses, the calls in the scope fail, and their memory is lost with the context. */
  CurrentContext(const Context& context, std::nothrow_t) noexcept;
  ~CurrentContext();
  CurrentContext(const CurrentContext&) = delete;
  CurrentContext& operator=(const CurrentContext&) = delete;

 private:
  const driver::Api& api_;
  bool pushed_;
};

}  // namespace sparsek::cuda
