#pragma once
// Opens the driver library at run time, so that the addon loads on machines without one.

#include <memory>
#include <string>

#include "api.h"

namespace sparsek::driver {

/** The oldest driver interface that is accepted: CUDA 12.0, the first with thread block clusters. */
constexpr int kOldestDriver = 12000;

enum class LoadStatus { kReady, kNoLibrary, kTooOld, kMissingFunction, kInitFailed };

struct Loaded {
  LoadStatus status = LoadStatus::kNoLibrary;
  /** Set when ready. Shared by everything that calls the driver. */
  std::shared_ptr<const Api> api;
  /** As cuDriverGetVersion tells it, such as 13000; 0 when unknown. */
  int version = 0;
  /** Of cuInit, when that failed. */
  CUresult result = CUDA_SUCCESS;
  /** The dynamic linker's words or the missing function's name. */
  std::string detail;
};

/** Opens `path` ("libcuda.so.1" finds the installed driver), fills the table and calls cuInit. Never throws. */
Loaded loadDriver(const char* path);

}  // namespace sparsek::driver
