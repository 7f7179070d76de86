#include "module_cache.h"

#include <fstream>
#include <vector>

#include "../driver/error.h"
#include "../nvtx/range.h"

namespace sparsek::cuda {
namespace {

using namespace driver;

/** More than this a kernel must ask for by name. */
constexpr int kSharedBytesWithoutAsking = 48 * 1024;
constexpr std::size_t kLogBytes = 4096;
/** A folder opens like a file and tells an absurd size. */
constexpr std::streamoff kMostBytes = std::streamoff{1} << 30;

/** The file's bytes and a final zero, which PTX text needs. */
std::vector<char> readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw MissingKernelError(path + " cannot be opened");
  const std::streamoff size = file.tellg();
  if (size < 0 || size > kMostBytes) throw MissingKernelError(path + " cannot be read");
  std::vector<char> bytes(static_cast<std::size_t>(size) + 1, '\0');
  file.seekg(0);
  if (!file.read(bytes.data(), size)) throw MissingKernelError(path + " cannot be read");
  return bytes;
}

}  // namespace

ModuleCache::ModuleCache(const Api& api, std::string folder) : api_(api), folder_(std::move(folder)) {}

ModuleCache::~ModuleCache() {
  for (auto& [file, module] : modules_) api_.cuModuleUnload(module);
}

CUmodule ModuleCache::module(const std::string& file) {
  const auto known = modules_.find(file);
  if (known != modules_.end()) return known->second;
  const nvtx::Range range("sparsek.kernels.load");
  const std::string path = folder_ + "/" + file;
  const std::vector<char> image = readFile(path);
  char log[kLogBytes] = {};
  CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void* values[] = {log, reinterpret_cast<void*>(kLogBytes)};
  CUmodule module = nullptr;
  const CUresult result = api_.cuModuleLoadDataEx(&module, image.data(), 2, options, values);
  if (result == CUDA_ERROR_NO_BINARY_FOR_GPU || result == CUDA_ERROR_INVALID_IMAGE) {
    throw MissingKernelError(path + " holds no code for this GPU" + (log[0] != '\0' ? std::string(": ") + log : ""));
  }
  check(result, "cuModuleLoadDataEx");
  modules_.emplace(file, module);
  return module;
}

CUfunction ModuleCache::kernel(const std::string& file, const std::string& name, int dynamicSharedBytes) {
  Kernel& kernel = kernels_[{file, name}];
  if (kernel.function == nullptr) {
    CUfunction function = nullptr;
    const CUresult result = api_.cuModuleGetFunction(&function, module(file), name.c_str());
    if (result == CUDA_ERROR_NOT_FOUND) throw MissingKernelError(folder_ + "/" + file + " holds no kernel " + name);
    check(result, "cuModuleGetFunction");
    kernel.function = function;
  }
  if (dynamicSharedBytes > kSharedBytesWithoutAsking && dynamicSharedBytes > kernel.dynamicSharedBytes) {
    check(api_.cuFuncSetAttribute(kernel.function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                                  dynamicSharedBytes),
          "cuFuncSetAttribute");
    kernel.dynamicSharedBytes = dynamicSharedBytes;
  }
  return kernel.function;
}

}  // namespace sparsek::cuda
