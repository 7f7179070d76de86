// A piece of work for the thread pool: phases, one after the other, of tasks that may run at the same time.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "../../../../kernels/cpu/attention/mask.h"
#include "buffer.h"

namespace sparsek {

/// What a pool thread keeps from task to task.
class Worker {
 public:
  /// At least `floats` floats, valid until the next call; their content is arbitrary.
  float* scratch(std::int64_t floats);
  MaskScratch mask;

 private:
  Buffer buffer_;
};

struct Phase {
  std::int64_t tasks;
  std::function<void(std::int64_t task, Worker& worker)> run;
};

/// Why a job failed. Not an exception_ptr, whose symbols are newer than the oldest supported C++ library.
struct Failure {
  /// One of the error codes of @sparsek/types, or INTERNAL; null: no failure.
  const char* code = nullptr;
  std::string message;
};

/// The exception that is being handled, as a Failure.
Failure currentFailure();

/// Results must not depend on which thread runs a task, nor on the order within a phase.
struct Job {
  std::vector<Phase> phases;
  /// Threads that may work on it at a time.
  int threads = 1;
  /// About how many multiplications, or elements moved, it takes. Unknown: too many for the caller's thread.
  double work = std::numeric_limits<double>::infinity();
  /// Set to stop: kernels look at it between tiles. Plain bool with atomic access, since kernels use no library.
  bool cancelled = false;
  /// Called once, on a pool thread or in `cancel`, when no task runs any more.
  std::function<void()> finished;
  /// The first exception that a task threw.
  Failure failure;

  void stop() { __atomic_store_n(&cancelled, true, __ATOMIC_RELAXED); }
  bool isStopped() const { return __atomic_load_n(&cancelled, __ATOMIC_RELAXED); }
  double progress() const;

  /// Runs everything here and now, instead of in the thread pool; `finished` is not called.
  void runInPlace(Worker& worker);

 private:
  friend class ThreadPool;
  std::size_t phase_ = 0;
  std::int64_t next_ = 0;
  std::int64_t total_ = 0;
  std::atomic<std::int64_t> done_{0};
  int attached_ = 0;
  bool complete_ = false;
};

}  // namespace sparsek
