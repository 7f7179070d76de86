#include "arguments.h"

#include <cmath>

namespace sparsek {
namespace {

/// Largest integer up to which a JavaScript number is exact.
constexpr double kMaxSafeInteger = 9007199254740991.0;

/// What views of empty arrays point to, so that they differ from absent ones.
alignas(8) unsigned char nothing[8];

[[noreturn]] void fail(const Napi::Env& env, const char* expected, const char* name) {
  throw Napi::TypeError::New(env, std::string("Expected ") + expected + " for " + name);
}

struct RawArray {
  void* data = nullptr;
  std::int64_t length = 0;
};

RawArray arrayAt(const Napi::Object& from, const char* name, napi_typedarray_type type, const char* expected,
                 bool optional) {
  const Napi::Value value = from.Get(name);
  if (optional && value.IsUndefined()) return {};
  if (!value.IsTypedArray()) fail(from.Env(), expected, name);
  // Not through Napi::TypedArray: its ArrayBuffer accessor rejects a SharedArrayBuffer.
  napi_typedarray_type actual;
  std::size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(from.Env(), value, &actual, &length, &data, nullptr, nullptr) != napi_ok ||
      actual != type) {
    fail(from.Env(), expected, name);
  }
  // A detached or empty array has no memory.
  if (data == nullptr || length == 0) return {nothing, 0};
  return {data, static_cast<std::int64_t>(length)};
}

template <typename T>
ArrayView<T> viewAt(const Napi::Object& from, const char* name, napi_typedarray_type type, const char* expected,
                    bool optional) {
  const RawArray array = arrayAt(from, name, type, expected, optional);
  return {static_cast<T*>(array.data), array.length};
}

}  // namespace

Napi::Object argumentAt(const Napi::CallbackInfo& info, std::size_t index) {
  if (!info[index].IsObject()) throw Napi::TypeError::New(info.Env(), "Expected an object for every argument");
  return info[index].As<Napi::Object>();
}

Napi::Object objectAt(const Napi::Object& from, const char* name) {
  const Napi::Value value = from.Get(name);
  if (!value.IsObject()) fail(from.Env(), "an object", name);
  return value.As<Napi::Object>();
}

double numberAt(const Napi::Object& from, const char* name) {
  const Napi::Value value = from.Get(name);
  if (!value.IsNumber()) fail(from.Env(), "a number", name);
  return value.As<Napi::Number>().DoubleValue();
}

std::int64_t integerAt(const Napi::Object& from, const char* name) {
  const double value = numberAt(from, name);
  if (!(std::fabs(value) <= kMaxSafeInteger) || value != std::trunc(value)) fail(from.Env(), "an integer", name);
  return static_cast<std::int64_t>(value);
}

bool booleanAt(const Napi::Object& from, const char* name) {
  const Napi::Value value = from.Get(name);
  if (!value.IsBoolean()) fail(from.Env(), "a boolean", name);
  return value.As<Napi::Boolean>().Value();
}

std::string stringAt(const Napi::Object& from, const char* name) {
  const Napi::Value value = from.Get(name);
  if (!value.IsString()) fail(from.Env(), "a string", name);
  return value.As<Napi::String>().Utf8Value();
}

Dtype dtypeAt(const Napi::Object& from, const char* name) {
  const std::string dtype = stringAt(from, name);
  if (dtype == "f32") return Dtype::F32;
  if (dtype == "f16") return Dtype::F16;
  if (dtype == "bf16") return Dtype::Bf16;
  fail(from.Env(), "f32, f16 or bf16", name);
}

ArrayView<std::int32_t> int32At(const Napi::Object& from, const char* name, bool optional) {
  return viewAt<std::int32_t>(from, name, napi_int32_array, "an Int32Array", optional);
}

ArrayView<std::uint32_t> uint32At(const Napi::Object& from, const char* name, bool optional) {
  return viewAt<std::uint32_t>(from, name, napi_uint32_array, "a Uint32Array", optional);
}

ArrayView<std::uint8_t> uint8At(const Napi::Object& from, const char* name, bool optional) {
  return viewAt<std::uint8_t>(from, name, napi_uint8_array, "a Uint8Array", optional);
}

ArrayView<float> floatAt(const Napi::Object& from, const char* name, bool optional) {
  return viewAt<float>(from, name, napi_float32_array, "a Float32Array", optional);
}

ValuesView valuesAt(const Napi::Object& from, const char* name, Dtype dtype) {
  const RawArray array = dtype == Dtype::F32
                             ? arrayAt(from, name, napi_float32_array, "a Float32Array", false)
                             : arrayAt(from, name, napi_uint16_array, "a Uint16Array", false);
  return {array.data, dtype, array.length};
}

}  // namespace sparsek
