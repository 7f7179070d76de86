// startRange, endRange

#include "../nvtx/range.h"
#include "arguments.h"
#include "errors.h"
#include "functions.h"

namespace sparsek::binding {
namespace {

/** startRange(name): the range's number, or undefined without a profiler. */
Napi::Value startRange(const Napi::CallbackInfo& info) {
  const std::optional<nvtx::RangeId> id = nvtx::startRange(stringAt(info, 0).c_str());
  return id ? Napi::BigInt::New(info.Env(), *id) : info.Env().Undefined();
}

/** endRange(number) */
Napi::Value endRange(const Napi::CallbackInfo& info) {
  bool lossless = false;
  nvtx::endRange(info[0].As<Napi::BigInt>().Uint64Value(&lossless));
  return info.Env().Undefined();
}

}  // namespace

void defineProfilerFunctions(Napi::Object exports) {
  define<startRange>(exports, "startRange");
  define<endRange>(exports, "endRange");
}

}  // namespace sparsek::binding
