#include "completion_queue.h"

#include "../driver/error.h"

namespace sparsek::binding {

std::shared_ptr<CompletionQueue> CompletionQueue::create(Napi::Env env) {
  std::shared_ptr<CompletionQueue> queue(new CompletionQueue(env));
  const auto nothing = Napi::Function::New(env, [](const Napi::CallbackInfo&) {});
  queue->wake_ = Napi::ThreadSafeFunction::New(env, nothing, "sparsek-cuda", 0, 1);
  // Only outstanding work keeps the process running.
  queue->wake_.Unref(env);
  return queue;
}

void CompletionQueue::whenPassed(const driver::Api& api, driver::CUstream stream, Settle settle) {
  const std::uint64_t id = nextId_++;
  auto ticket = std::make_unique<Ticket>(Ticket{shared_from_this(), id});
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    owed_ += 1;
  }
  waiting_.emplace(id, std::move(settle));
  const driver::CUresult result = api.cuStreamAddCallback(stream, &CompletionQueue::onPassed, ticket.get(), 0);
  if (result != driver::CUDA_SUCCESS) {
    waiting_.erase(id);
    const std::lock_guard<std::mutex> lock(mutex_);
    owed_ -= 1;
    throw driver::DriverError("cuStreamAddCallback", result);
  }
  ticket.release();
  if (waiting_.size() == 1) wake_.Ref(env_);
}

void CompletionQueue::onPassed(driver::CUstream, driver::CUresult result, void* data) {
  const std::unique_ptr<Ticket> ticket(static_cast<Ticket*>(data));
  CompletionQueue& queue = *ticket->queue;
  const std::lock_guard<std::mutex> lock(queue.mutex_);
  queue.owed_ -= 1;
  if (queue.owed_ == 0) queue.allCalled_.notify_all();
  if (queue.closed_) return;
  queue.passed_.emplace_back(ticket->id, result);
  // One wake-up serves everything that has passed until it is delivered.
  if (queue.passed_.size() == 1) {
    queue.wake_.NonBlockingCall([self = ticket->queue](Napi::Env env, Napi::Function) { self->deliver(env); });
  }
}

void CompletionQueue::deliver(Napi::Env env) {
  std::vector<std::pair<std::uint64_t, driver::CUresult>> passed;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    passed.swap(passed_);
  }
  // An environment that is being torn down has no handles to settle promises with.
  if (env == nullptr) return;
  for (const auto& [id, result] : passed) {
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) continue;
    const Settle settle = std::move(found->second);
    waiting_.erase(found);
    try {
      settle(env, result);
    } catch (const Napi::Error&) {
      // The environment is ending (a worker was terminated): nobody is left to hear.
    }
  }
  if (waiting_.empty()) wake_.Unref(env);
}

void CompletionQueue::close() {
  std::unique_lock<std::mutex> lock(mutex_);
  closed_ = true;
  allCalled_.wait(lock, [&] { return owed_ == 0; });
  lock.unlock();
  waiting_.clear();
  wake_.Abort();
}

}  // namespace sparsek::binding
