// A condition variable over std::mutex. std::condition_variable would do, but its `wait` has a symbol version newer
// than the C++ library of the oldest systems that Node supports.
#pragma once
#include <pthread.h>

#include <mutex>

namespace sparsek {

class Condition {
 public:
  Condition() = default;
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;
  ~Condition() { pthread_cond_destroy(&condition_); }

  /// Returns with the lock held; may return without a reason.
  void wait(std::unique_lock<std::mutex>& lock) { pthread_cond_wait(&condition_, lock.mutex()->native_handle()); }
  void notifyOne() { pthread_cond_signal(&condition_); }
  void notifyAll() { pthread_cond_broadcast(&condition_); }

 private:
  pthread_cond_t condition_ = PTHREAD_COND_INITIALIZER;
};

}  // namespace sparsek
