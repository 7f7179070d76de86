#include "environment.h"

namespace sparsek::binding {

Environment::Environment(Napi::Env env) : completions_(CompletionQueue::create(env)) {
  // Runs before any finalizer, so that no memory is freed under work in flight.
  env.AddCleanupHook([queue = completions_] { queue->close(); });
}

const driver::Loaded& Environment::load(const char* path) {
  loaded_ = driver::loadDriver(path);
  return loaded_;
}

}  // namespace sparsek::binding
