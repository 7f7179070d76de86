#include "loader.h"

#include <dlfcn.h>

namespace sparsek::driver {
namespace {

template <typename Function>
bool resolve(void* library, const char* symbol, Function& target) {
  target = reinterpret_cast<Function>(dlsym(library, symbol));
  return target != nullptr;
}

/** Empty when every needed function was found, else the first missing one. */
std::string fill(void* library, Api& api) {
#define SPARSEK_NEED(name, symbol, parameters) \
  if (!resolve(library, #symbol, api.name)) return #symbol;
#define SPARSEK_MAY(name, symbol, parameters) resolve(library, #symbol, api.name);
  SPARSEK_DRIVER_FUNCTIONS(SPARSEK_NEED, SPARSEK_MAY)
#undef SPARSEK_NEED
#undef SPARSEK_MAY
  return {};
}

}  // namespace

Loaded loadDriver(const char* path) {
  Loaded loaded;
  // Never closed: the driver keeps threads and exit handlers of its own.
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = dlerror();
    loaded.detail = reason != nullptr ? reason : "unknown reason";
    return loaded;
  }
  auto api = std::make_shared<Api>();
  const std::string missing = fill(library, *api);
  if (api->cuDriverGetVersion != nullptr) api->cuDriverGetVersion(&loaded.version);
  if (loaded.version != 0 && loaded.version < kOldestDriver) {
    loaded.status = LoadStatus::kTooOld;
    return loaded;
  }
  if (!missing.empty()) {
    loaded.status = LoadStatus::kMissingFunction;
    loaded.detail = missing;
    return loaded;
  }
  loaded.result = api->cuInit(0);
  loaded.status = loaded.result == CUDA_SUCCESS ? LoadStatus::kReady : LoadStatus::kInitFailed;
  loaded.api = std::move(api);
  return loaded;
}

}  // namespace sparsek::driver
