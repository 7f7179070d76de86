#pragma once
// Compiled kernels, loaded from files on first use.

#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "../driver/api.h"

namespace sparsek::cuda {

/** A kernel's file is absent or unreadable, or holds no kernel of that name. */
class MissingKernelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class ModuleCache {
 public:
  ModuleCache(const driver::Api& api, std::string folder);
  /** Unloads everything; the context must be current. */
  ~ModuleCache();
  ModuleCache(const ModuleCache&) = delete;
  ModuleCache& operator=(const ModuleCache&) = delete;

  /**
   * A kernel of a file in the folder, allowed `dynamicSharedBytes` of shared memory. Loaded on first use and kept.
   * Throws a MissingKernelError when the file or the kernel is not there, or is not for this GPU.
   */
  driver::CUfunction kernel(const std::string& file, const std::string& name, int dynamicSharedBytes);

 private:
  struct Kernel {
    driver::CUfunction function = nullptr;
    int dynamicSharedBytes = 0;
  };

  driver::CUmodule module(const std::string& file);

  const driver::Api& api_;
  std::string folder_;
  std::map<std::string, driver::CUmodule> modules_;
  std::map<std::pair<std::string, std::string>, Kernel> kernels_;
};

}  // namespace sparsek::cuda
