#include "job.h"

#include <new>

#include "../ops/input_error.h"

namespace sparsek {

Failure currentFailure() {
  try {
    throw;
  } catch (const InputError& error) {
    return {error.code(), error.what()};
  } catch (const std::bad_alloc&) {
    return {"OUT_OF_MEMORY", "Not enough memory for the work's buffers"};
  } catch (const std::exception& error) {
    return {"INTERNAL", error.what()};
  }
}

void Job::runInPlace(Worker& worker) {
  try {
    for (const Phase& phase : phases) {
      for (std::int64_t task = 0; task < phase.tasks; ++task) phase.run(task, worker);
    }
  } catch (...) {
    failure = currentFailure();
  }
}

double Job::progress() const {
  return total_ == 0 ? 0.0 : static_cast<double>(done_.load(std::memory_order_relaxed)) / static_cast<double>(total_);
}

}  // namespace sparsek
