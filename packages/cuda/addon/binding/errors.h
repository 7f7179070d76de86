#pragma once
// C++ exceptions as JavaScript errors. Each carries an object `failure` that the TypeScript side turns into an error
// class of the library, with the operation's name added.

#include "../driver/api.h"
#include "node_api_config.h"

namespace sparsek::binding {

/** The error of a driver result: `failure` is { kind: 'driver', call, result, name, sticky }. */
Napi::Error driverFailure(Napi::Env env, const driver::Api* api, const std::string& call, driver::CUresult result);

/** Rethrows the exception under way as a Napi::Error. Call it inside a catch block. */
[[noreturn]] void rethrowAsJavaScript(Napi::Env env);

/** Makes `body` a function of the addon: whatever it throws arrives as a JavaScript error. */
template <Napi::Value (*body)(const Napi::CallbackInfo&)>
Napi::Value guarded(const Napi::CallbackInfo& info) {
  try {
    return body(info);
  } catch (...) {
    rethrowAsJavaScript(info.Env());
  }
}

template <Napi::Value (*body)(const Napi::CallbackInfo&)>
void define(Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New<&guarded<body>>(exports.Env(), name));
}

}  // namespace sparsek::binding
