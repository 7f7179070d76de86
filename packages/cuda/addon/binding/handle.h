#pragma once
// Native objects as opaque JavaScript values. The garbage collector is the safety net; JavaScript code frees an object
// early with `dropHandle`, and its own wrappers keep a freed one from being used.

#include <memory>
#include <utility>

#include "node_api_config.h"
#include "received.h"

namespace sparsek::binding {

/** Each handle type T has `static constexpr const char* kName` and `static constexpr napi_type_tag kTag`. */
template <typename T>
Napi::Value makeHandle(Napi::Env env, std::shared_ptr<T> object) {
  auto* slot = new std::shared_ptr<T>(std::move(object));
  auto handle = Napi::External<std::shared_ptr<T>>::New(
      env, slot, [](Napi::Env, std::shared_ptr<T>* finished) { delete finished; });
  handle.TypeTag(&T::kTag);
  return handle;
}

template <typename T>
std::shared_ptr<T>& handleSlot(const Napi::Value& value) {
  if (value.IsExternal()) {
    const auto handle = value.As<Napi::External<std::shared_ptr<T>>>();
    if (handle.CheckTypeTag(&T::kTag)) return *handle.Data();
  }
  throw Napi::TypeError::New(value.Env(), std::string("Expected a native ") + T::kName + " but received " + received(value));
}

/** The object behind a handle; throws a TypeError for another kind of value and for a dropped one. */
template <typename T>
std::shared_ptr<T> fromHandle(const Napi::Value& value) {
  const std::shared_ptr<T>& slot = handleSlot<T>(value);
  if (!slot) throw Napi::TypeError::New(value.Env(), std::string("This native ") + T::kName + " was freed");
  return slot;
}

/** Gives up JavaScript's share in the object. Dropping twice does nothing. */
template <typename T>
void dropHandle(const Napi::Value& value) {
  handleSlot<T>(value).reset();
}

/** dropX(handle), a function of the addon. */
template <typename T>
Napi::Value drop(const Napi::CallbackInfo& info) {
  dropHandle<T>(info[0]);
  return info.Env().Undefined();
}

}  // namespace sparsek::binding
