#include "environment.h"

#include <string>
#include <utility>

namespace sparsek {

Napi::Error errorWithCode(Napi::Env env, const std::string& message, const char* code) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Value().Set("nativeCode", code);
  return error;
}

namespace {

/// Work of 10 microseconds with AVX-512, 17 with AVX2; waking a thread and the event loop takes 12 to 20.
constexpr double kWorkInPlace = 1 << 19;

Napi::Error errorOf(Napi::Env env, const Job& job) {
  if (job.failure.code == nullptr) return errorWithCode(env, "The work was stopped", "CANCELLED");
  return errorWithCode(env, job.failure.message, job.failure.code);
}

}  // namespace

void Environment::attach(Napi::Env env) {
  auto* owner = new std::shared_ptr<Environment>(std::make_shared<Environment>());
  env.SetInstanceData(owner);
  Environment& self = **owner;
  const napi_status status = napi_create_threadsafe_function(
      env, nullptr, nullptr, Napi::String::New(env, "sparsek"), 0, 1, nullptr, nullptr, owner->get(), onFinished,
      &self.wake_);
  if (status != napi_ok) throw Napi::Error::New(env, "Cannot create the queue of finished jobs");
  // Idle, the addon must not keep the process alive.
  napi_unref_threadsafe_function(env, self.wake_);
  // Hooks run last in, first out: this one comes before the end of the queue above, so no thread uses that any more.
  napi_add_env_cleanup_hook(env, onExit, owner->get());
}

Environment& Environment::of(Napi::Env env) { return **env.GetInstanceData<std::shared_ptr<Environment>>(); }

Napi::Object Environment::start(Napi::Env env, const std::shared_ptr<Job>& job, Napi::Object held,
                                std::function<Napi::Value(Napi::Env)> result, bool inPlace) {
  const std::uint32_t id = nextId_++;
  const Napi::Promise::Deferred deferred = Napi::Promise::Deferred::New(env);
  Napi::Object handle = Napi::Object::New(env);
  handle.Set("id", id);
  handle.Set("promise", deferred.Promise());
  if (inPlace && job->work <= kWorkInPlace) {
    job->runInPlace(worker_);
    PendingCall call{job, deferred, {}, std::move(result)};
    settle(env, call);
    return handle;
  }
  calls_.emplace(id, PendingCall{job, deferred, Napi::Persistent(held), std::move(result)});
  if (calls_.size() == 1) napi_ref_threadsafe_function(env, wake_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++running_;
  }
  job->finished = [self = shared_from_this(), id] { self->finish(id); };
  try {
    ThreadPool::shared().submit(job);
  } catch (const std::exception&) {
    job->failure = currentFailure();
    finish(id);
  }
  return handle;
}

void Environment::cancel(std::uint32_t id) {
  const auto call = calls_.find(id);
  if (call != calls_.end()) ThreadPool::shared().cancel(call->second.job);
}

double Environment::progress(std::uint32_t id) const {
  const auto call = calls_.find(id);
  return call == calls_.end() ? 1.0 : call->second.job->progress();
}

/// On a pool thread, or on the JavaScript thread for a job that never started.
void Environment::finish(std::uint32_t id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  finished_.push_back(id);
  // Fails only while the environment ends; then nobody waits for the job.
  napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
  if (--running_ == 0) idle_.notifyAll();
}

void Environment::onFinished(napi_env env, napi_value, void* context, void*) {
  // Both are null when the environment is ending and the queue is only being emptied.
  if (env == nullptr) return;
  static_cast<Environment*>(context)->settleFinished(Napi::Env(env));
}

void Environment::settleFinished(Napi::Env env) {
  const Napi::HandleScope scope(env);
  std::vector<std::uint32_t> finished;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    finished.swap(finished_);
  }
  for (const std::uint32_t id : finished) {
    const auto place = calls_.find(id);
    if (place == calls_.end()) continue;
    PendingCall call = std::move(place->second);
    calls_.erase(place);
    settle(env, call);
  }
  if (calls_.empty()) napi_unref_threadsafe_function(env, wake_);
}

void Environment::settle(Napi::Env env, PendingCall& call) {
  try {
    if (call.job->failure.code != nullptr || call.job->isStopped()) {
      call.deferred.Reject(errorOf(env, *call.job).Value());
      return;
    }
    Napi::Value result;
    try {
      result = call.result(env);
    } catch (const Napi::Error& error) {
      call.deferred.Reject(error.Value());
      return;
    }
    call.deferred.Resolve(result);
  } catch (const Napi::Error&) {
    // The environment is being terminated: nothing runs in it any more, so nobody waits for the promise.
  }
}

/// The environment's arrays go away after this, so it waits until no thread touches them any more.
void Environment::onExit(void* data) {
  const std::shared_ptr<Environment> self = static_cast<Environment*>(data)->shared_from_this();
  for (const auto& [id, call] : self->calls_) ThreadPool::shared().cancel(call.job);
  {
    std::unique_lock<std::mutex> lock(self->mutex_);
    while (self->running_ > 0) self->idle_.wait(lock);
  }
  self->calls_.clear();
}

}  // namespace sparsek
