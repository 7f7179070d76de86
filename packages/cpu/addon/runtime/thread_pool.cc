#include "thread_pool.h"

#include <algorithm>
#include <thread>

namespace sparsek {
namespace {

constexpr int kMostThreads = 256;
/// Scratch that an idle thread keeps; more is freed when a job ends.
constexpr std::int64_t kKeptScratch = std::int64_t{1} << 20;

}  // namespace

float* Worker::scratch(std::int64_t floats) {
  if (buffer_.size() < floats || (buffer_.size() > kKeptScratch && floats <= kKeptScratch)) {
    buffer_ = Buffer();
    buffer_ = Buffer(std::max<std::int64_t>(floats, 1024));
  }
  return buffer_.data();
}

ThreadPool& ThreadPool::shared() {
  static ThreadPool* const pool = new ThreadPool();
  return *pool;
}

void ThreadPool::submit(const std::shared_ptr<Job>& job) {
  for (const Phase& phase : job->phases) job->total_ += phase.tasks;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    grow(std::min(std::max(job->threads, 1), kMostThreads));
    // An empty leading phase is passed over here, so that every queued job has a task to claim.
    if (advance(*job)) {
      queue_.push_back(job);
      wake_.notifyAll();
      return;
    }
  }
  job->finished();
}

void ThreadPool::cancel(const std::shared_ptr<Job>& job) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    job->stop();
    const auto place = std::find(queue_.begin(), queue_.end(), job);
    if (job->attached_ > 0 || place == queue_.end()) return;
    queue_.erase(place);
    job->complete_ = true;
  }
  job->finished();
}

/// Starts threads; the lock is held. Where the system refuses, fewer do.
void ThreadPool::grow(int threads) {
  while (threads_ < threads) {
    try {
      std::thread([this] { work(); }).detach();
    } catch (const std::system_error&) {
      if (threads_ == 0) throw;
      return;
    }
    ++threads_;
  }
}

/// Whether a task is left to claim, after passing over phases that have none; the lock is held.
bool ThreadPool::advance(Job& job) {
  while (job.phase_ < job.phases.size() && !job.isStopped()) {
    if (job.next_ < job.phases[job.phase_].tasks) return true;
    ++job.phase_;
    job.next_ = 0;
  }
  job.complete_ = true;
  return false;
}

/// The first job that may take another thread; the lock is held.
std::shared_ptr<Job> ThreadPool::nextJob() {
  for (const std::shared_ptr<Job>& job : queue_) {
    if (job->attached_ < job->threads) return job;
  }
  return nullptr;
}

/// Claims and runs tasks of the job's phase until none is left.
void ThreadPool::runTasks(const std::shared_ptr<Job>& job, std::unique_lock<std::mutex>& lock, Worker& worker) {
  Phase& phase = job->phases[job->phase_];
  ++job->attached_;
  while (job->next_ < phase.tasks && !job->isStopped()) {
    const std::int64_t task = job->next_++;
    lock.unlock();
    Failure failure;
    try {
      phase.run(task, worker);
    } catch (...) {
      failure = currentFailure();
    }
    job->done_.fetch_add(1, std::memory_order_relaxed);
    lock.lock();
    if (failure.code == nullptr) continue;
    if (job->failure.code == nullptr) job->failure = std::move(failure);
    job->stop();
  }
  --job->attached_;
}

void ThreadPool::work() {
  Worker worker;
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    std::shared_ptr<Job> job = nextJob();
    if (job == nullptr) {
      wake_.wait(lock);
      continue;
    }
    runTasks(job, lock, worker);
    // Nothing is left to claim in this phase: out of the queue, and the last thread to leave takes the next step.
    const auto place = std::find(queue_.begin(), queue_.end(), job);
    if (place != queue_.end()) queue_.erase(place);
    if (job->attached_ > 0 || job->complete_) continue;
    if (advance(*job)) {
      queue_.push_front(job);
      wake_.notifyAll();
      continue;
    }
    lock.unlock();
    job->finished();
    // Outside the lock: the last reference to a job frees its buffers.
    job.reset();
    lock.lock();
  }
}

}  // namespace sparsek
