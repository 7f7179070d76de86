#pragma once
// What the addon keeps for one JavaScript environment: the main thread and every worker have their own.

#include <memory>

#include "../driver/loader.h"
#include "completion_queue.h"
#include "node_api_config.h"

namespace sparsek::binding {

class Environment {
 public:
  explicit Environment(Napi::Env env);
  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  /** Opens the driver; a later call with another path replaces it for devices opened from then on. */
  const driver::Loaded& load(const char* path);
  /** Null before a successful load. */
  const std::shared_ptr<const driver::Api>& api() const { return loaded_.api; }
  const std::shared_ptr<CompletionQueue>& completions() const { return completions_; }

 private:
  driver::Loaded loaded_;
  std::shared_ptr<CompletionQueue> completions_;
};

}  // namespace sparsek::binding
