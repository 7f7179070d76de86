#pragma once
// Settles promises when a stream has passed a point. The driver calls back on a thread of its own; the call is handed
// to the JavaScript thread, so that nobody waits in a loop.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../driver/api.h"
#include "node_api_config.h"

namespace sparsek::binding {

class CompletionQueue : public std::enable_shared_from_this<CompletionQueue> {
 public:
  /** Runs on the JavaScript thread with the result of the work before the point. */
  using Settle = std::function<void(Napi::Env, driver::CUresult)>;

  static std::shared_ptr<CompletionQueue> create(Napi::Env env);

  /** Calls `settle` once `stream` has passed this point. Throws a DriverError when that cannot be arranged. */
  void whenPassed(const driver::Api& api, driver::CUstream stream, Settle settle);
  /** When the environment ends: waits (asleep) until the driver has made every call that it owes, and settles none. */
  void close();

 private:
  struct Ticket {
    std::shared_ptr<CompletionQueue> queue;
    std::uint64_t id;
  };

  explicit CompletionQueue(Napi::Env env) : env_(env) {}
  static void onPassed(driver::CUstream stream, driver::CUresult result, void* ticket);
  void deliver(Napi::Env env);

  // Used by the JavaScript thread alone.
  Napi::Env env_;
  std::unordered_map<std::uint64_t, Settle> waiting_;
  std::uint64_t nextId_ = 0;
  Napi::ThreadSafeFunction wake_;

  std::mutex mutex_;
  std::condition_variable allCalled_;
  std::vector<std::pair<std::uint64_t, driver::CUresult>> passed_;
  std::size_t owed_ = 0;
  bool closed_ = false;
};

}  // namespace sparsek::binding
