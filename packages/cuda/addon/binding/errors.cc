#include "errors.h"

#include <new>

#include "../driver/error.h"
#include "../runtime/device_pool.h"
#include "../runtime/module_cache.h"
#include "environment.h"
#include "objects.h"

namespace sparsek::binding {
namespace {

Napi::Error withFailure(Napi::Env env, const char* message, const char* kind, Napi::Object failure) {
  failure.Set("kind", kind);
  const Napi::Error error = Napi::Error::New(env, message);
  error.Set("failure", failure);
  return error;
}

Napi::Error memoryFailure(Napi::Env env, const cuda::OutOfDeviceMemory& error) {
  Napi::Object failure = Napi::Object::New(env);
  failure.Set("requested", static_cast<double>(error.requested));
  failure.Set("free", static_cast<double>(error.free));
  failure.Set("used", static_cast<double>(error.pool.used));
  failure.Set("held", static_cast<double>(error.pool.held));
  failure.Set("limit", static_cast<double>(error.pool.limit));
  failure.Set("limited", error.limited);
  return withFailure(env, error.what(), "memory", failure);
}

}  // namespace

Napi::Error driverFailure(Napi::Env env, const driver::Api* api, const std::string& call, driver::CUresult result) {
  const char* name = nullptr;
  if (api != nullptr) api->cuGetErrorName(result, &name);
  Napi::Object failure = Napi::Object::New(env);
  failure.Set("call", call);
  failure.Set("result", result);
  failure.Set("name", name != nullptr ? std::string(name) : "CUDA result " + std::to_string(result));
  failure.Set("sticky", driver::isSticky(result));
  return withFailure(env, (call + " failed").c_str(), "driver", failure);
}

void rethrowAsJavaScript(Napi::Env env) {
  try {
    throw;
  } catch (const Napi::Error&) {
    throw;
  } catch (const driver::DriverError& error) {
    throw driverFailure(env, Environment::of(env).api().get(), error.call(), error.result());
  } catch (const cuda::OutOfDeviceMemory& error) {
    throw memoryFailure(env, error);
  } catch (const DeviceLost& error) {
    throw withFailure(env, error.what(), "lost", Napi::Object::New(env));
  } catch (const cuda::MissingKernelError& error) {
    throw withFailure(env, error.what(), "kernel", Napi::Object::New(env));
  } catch (const std::invalid_argument& error) {
    // A planner found no kernel for the shape.
    throw withFailure(env, error.what(), "unsupported", Napi::Object::New(env));
  } catch (const std::bad_alloc&) {
    throw Napi::RangeError::New(env, "The host's memory ran out");
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, error.what());
  }
}

}  // namespace sparsek::binding
