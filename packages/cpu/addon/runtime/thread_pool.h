// The threads that do the work: one pool a process, shared by every JavaScript environment in it.
#pragma once
#include <deque>
#include <memory>
#include <mutex>

#include "condition.h"
#include "job.h"

namespace sparsek {

class ThreadPool {
 public:
  /// Made at first use and never destroyed: its threads may still be asleep in it while the process ends.
  static ThreadPool& shared();

  /// Starts threads until there are `job->threads`, and queues the job. Jobs start in the order of submission.
  void submit(const std::shared_ptr<Job>& job);

  /// Asks a job to stop; one that has not started yet finishes at once.
  void cancel(const std::shared_ptr<Job>& job);

 private:
  void grow(int threads);
  void work();
  std::shared_ptr<Job> nextJob();
  bool advance(Job& job);
  void runTasks(const std::shared_ptr<Job>& job, std::unique_lock<std::mutex>& lock, Worker& worker);

  std::mutex mutex_;
  Condition wake_;
  std::deque<std::shared_ptr<Job>> queue_;
  int threads_ = 0;
};

}  // namespace sparsek
