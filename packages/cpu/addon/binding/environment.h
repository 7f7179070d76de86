// What the addon keeps for one JavaScript environment: the main thread and every worker have their own.
#pragma once
#include <napi.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "../runtime/condition.h"
#include "../runtime/thread_pool.h"

namespace sparsek {

/// An Error with one of the codes of @sparsek/types, CANCELLED or INTERNAL in `nativeCode`.
Napi::Error errorWithCode(Napi::Env env, const std::string& message, const char* code);

/// A job that JavaScript waits for.
struct PendingCall {
  std::shared_ptr<Job> job;
  Napi::Promise::Deferred deferred;
  /// Keeps the arrays alive that the job reads and writes.
  Napi::ObjectReference held;
  /// Makes the promise's value, on the JavaScript thread.
  std::function<Napi::Value(Napi::Env)> result;
};

/// Carries finished jobs from pool threads to the environment's event loop.
class Environment : public std::enable_shared_from_this<Environment> {
 public:
  /// Makes the state of an environment and ties it to the environment's life.
  static void attach(Napi::Env env);
  static Environment& of(Napi::Env env);

  /// Submits a job, or, if allowed, runs it in place where handing it over would take longer. Returns { id, promise };
  /// the event loop stays alive until the promise is settled.
  Napi::Object start(Napi::Env env, const std::shared_ptr<Job>& job, Napi::Object held,
                     std::function<Napi::Value(Napi::Env)> result, bool inPlace);
  /// Nothing happens where the job has finished already.
  void cancel(std::uint32_t id);
  /// The finished share of a job; 1 once it is settled.
  double progress(std::uint32_t id) const;

 private:
  static void onFinished(napi_env env, napi_value function, void* context, void* data);
  static void onExit(void* data);
  void finish(std::uint32_t id);
  void settleFinished(Napi::Env env);
  void settle(Napi::Env env, PendingCall& call);

  napi_threadsafe_function wake_ = nullptr;
  /// Used on the JavaScript thread only.
  std::unordered_map<std::uint32_t, PendingCall> calls_;
  std::uint32_t nextId_ = 1;
  /// For jobs that run in place.
  Worker worker_;

  /// Guards what follows.
  std::mutex mutex_;
  Condition idle_;
  std::vector<std::uint32_t> finished_;
  std::size_t running_ = 0;
};

}  // namespace sparsek
