#pragma once
// C++ exceptions as JavaScript errors. Each carries an object `failure` that the TypeScript side turns into an error
// class of the library, with the operation's name added.

#include "../driver/api.h"
#include "../nvtx/range.h"
#include "node_api_config.h"

namespace sparsek::binding {

/** The error of a driver result: `failure` is { kind: 'driver', call, result, name, sticky }. */
Napi::Error driverFailure(Napi::Env env, const driver::Api* api, const std::string& call, driver::CUresult result);

/** Rethrows the exception under way as a Napi::Error. Call it inside a catch block. */
[[noreturn]] void rethrowAsJavaScript(Napi::Env env);

/** Makes `body` a function of the addon: whatever it throws arrives as a JavaScript error. */
template <Napi::Value (*body)(const Napi::CallbackInfo&)>
Napi::Value guarded(const Napi::CallbackInfo& info) {
  const nvtx::Range range(static_cast<const char*>(info.Data()));
  try {
    return body(info);
  } catch (...) {
    rethrowAsJavaScript(info.Env());
  }
}

/** A profiler's timeline shows each call as `range`, a literal; without one the function takes no time worth showing. */
template <Napi::Value (*body)(const Napi::CallbackInfo&)>
void define(Napi::Object exports, const char* name, const char* range = nullptr) {
  exports.Set(name, Napi::Function::New<&guarded<body>>(exports.Env(), name, const_cast<char*>(range)));
}

}  // namespace sparsek::binding
