#pragma once
// A failed driver call as a C++ exception. The binding turns it into a DeviceError, OutOfMemoryError or
// DeviceLostError; code that launches kernels only writes `check(api.cuX(...), "cuX")`.

#include <stdexcept>
#include <string>

#include "types.h"

namespace sparsek::driver {

class DriverError : public std::runtime_error {
 public:
  DriverError(const char* call, CUresult result);

  const std::string& call() const { return call_; }
  CUresult result() const { return result_; }

 private:
  std::string call_;
  CUresult result_;
};

/** Throws a DriverError unless the result is CUDA_SUCCESS. */
inline void check(CUresult result, const char* call) {
  if (result != CUDA_SUCCESS) throw DriverError(call, result);
}

/** Whether the context is unusable after this result: every later call fails, and nothing computed can be trusted. */
bool isSticky(CUresult result);

}  // namespace sparsek::driver
