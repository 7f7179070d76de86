#include "context.h"

#include <utility>

namespace sparsek::cuda {

using driver::check;

PrimaryContext::PrimaryContext(const driver::Api& api, driver::CUdevice device) : api_(api), device_(device) {
  check(api_.cuDevicePrimaryCtxRetain(&handle_, device_), "cuDevicePrimaryCtxRetain");
}

PrimaryContext::~PrimaryContext() { api_.cuDevicePrimaryCtxRelease(device_); }

Context::Context(std::shared_ptr<const driver::Api> api, int ordinal, std::string cubins)
    : api_(std::move(api)),
      device_(readDevice(*api_, ordinal)),
      primary_(*api_, device_.handle),
      modules_(std::make_unique<ModuleCache>(*api_, std::move(cubins))),
      pool_(DevicePool::create(api_)) {}

Context::~Context() {
  const CurrentContext current(*this, std::nothrow);
  // Buffers that outlive the context keep the pool alive; its end must find the context lost by then.
  pool_->trim(0);
  pool_->abandon();
  modules_.reset();
}

CurrentContext::CurrentContext(const Context& context) : api_(context.api()), pushed_(true) {
  check(api_.cuCtxPushCurrent(context.handle()), "cuCtxPushCurrent");
}

CurrentContext::CurrentContext(const Context& context, std::nothrow_t) noexcept
    : api_(context.api()), pushed_(api_.cuCtxPushCurrent(context.handle()) == driver::CUDA_SUCCESS) {}

CurrentContext::~CurrentContext() {
  if (!pushed_) return;
  driver::CUcontext popped = nullptr;
  api_.cuCtxPopCurrent(&popped);
}

}  // namespace sparsek::cuda
