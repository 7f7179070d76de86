#include "injection.h"

#include <dlfcn.h>

#include <cstdlib>

namespace sparsek::nvtx {
namespace {

/** Functions of every module have a place, used here or not: profilers fill tables without looking for gaps. */
Function functions[kModules][kMostFunctions];
Function* tables[kModules][kMostFunctions + 1];

int moduleTable(std::uint32_t module, FunctionTable* table, unsigned int* count) {
  if (module == 0 || module >= kModules) return 0;
  if (table != nullptr) *table = tables[module];
  if (count != nullptr) *count = kFunctions[module];
  return 1;
}

const void* exportTable(std::uint32_t id) {
  static const CallbacksTable callbacks = {sizeof(CallbacksTable), &moduleTable};
  static const VersionTable version = {sizeof(VersionTable), kVersion, 0, [](std::uint32_t) {}};
  if (id == kCallbacksTable) return &callbacks;
  if (id == kVersionTable) return &version;
  return nullptr;
}

bool attach() noexcept {
  const char* path = std::getenv(kInjectionVariable);
  if (path == nullptr || *path == '\0') return false;
  for (unsigned int module = kCore; module < kModules; module += 1) {
    for (unsigned int i = 1; i < kFunctions[module]; i += 1) tables[module][i] = &functions[module][i];
  }
  // Never closed: a profiler keeps threads and exit handlers of its own.
  void* library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) return false;
  const auto initialise = reinterpret_cast<InitializeInjection>(dlsym(library, kInjectionFunction));
  return initialise != nullptr && initialise(&exportTable) != 0;
}

}  // namespace

Function callback(CoreFunction function) noexcept {
  static const bool attached = attach();
  return attached ? functions[kCore][function] : nullptr;
}

}  // namespace sparsek::nvtx
