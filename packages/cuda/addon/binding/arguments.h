#pragma once
// Reading the addon's arguments. Only SparseK's own TypeScript calls it, so that messages are for developers.

#include <cstdint>
#include <limits>
#include <string>

#include "handle.h"
#include "node_api_config.h"
#include "received.h"

namespace sparsek::binding {

inline std::string argumentName(std::size_t index) { return "argument " + std::to_string(index); }

/** `name`, as all of these: how a message calls the value. */
inline double toNumber(const Napi::Value& value, const std::string& name) {
  if (!value.IsNumber()) throw Napi::TypeError::New(value.Env(), expectedFor("a number", name, value));
  return value.As<Napi::Number>().DoubleValue();
}

/** A size or count: a whole number that JavaScript represents exactly. */
inline std::uint64_t toSize(const Napi::Value& value, const std::string& name) {
  constexpr double kLargest = 9007199254740992.0;
  const double number = toNumber(value, name);
  const auto whole = static_cast<std::uint64_t>(number >= 0 && number < kLargest ? number : 0);
  if (static_cast<double>(whole) != number) {
    throw Napi::RangeError::New(value.Env(), expectedFor("a size", name, value));
  }
  return whole;
}

inline std::int32_t toInteger(const Napi::Value& value, const std::string& name) {
  const double number = toNumber(value, name);
  const bool fits =
      number >= std::numeric_limits<std::int32_t>::min() && number <= std::numeric_limits<std::int32_t>::max();
  const auto whole = static_cast<std::int32_t>(fits ? number : 0);
  if (static_cast<double>(whole) != number) {
    throw Napi::RangeError::New(value.Env(), expectedFor("a 32-bit integer", name, value));
  }
  return whole;
}

/** The elements of a typed array, and how many. */
template <typename Element>
struct Elements {
  Element* data = nullptr;
  std::size_t count = 0;
};

/** Of a typed array whose elements have the size of `Element`. */
template <typename Element>
Elements<Element> toElements(const Napi::Value& value, const std::string& name) {
  if (!value.IsTypedArray()) throw Napi::TypeError::New(value.Env(), expectedFor("a typed array", name, value));
  const auto array = value.As<Napi::TypedArray>();
  if (sizeof(Element) != 1 && array.ElementSize() != sizeof(Element)) {
    throw Napi::TypeError::New(value.Env(), "Expected elements of " + std::to_string(sizeof(Element)) + " bytes for " +
                                                name + " but received " + std::to_string(array.ElementSize()));
  }
  auto* start = static_cast<std::uint8_t*>(array.ArrayBuffer().Data());
  if (start == nullptr) return {};
  return {reinterpret_cast<Element*>(start + array.ByteOffset()), array.ByteLength() / sizeof(Element)};
}

/** Throws unless an array has `needed` elements or more. */
template <typename Element>
void requireLength(Napi::Env env, const Elements<Element>& array, std::uint64_t needed, const std::string& name) {
  if (array.count >= needed) return;
  throw Napi::RangeError::New(env, "Expected " + std::to_string(needed) + " elements for " + name + " but received " +
                                       std::to_string(array.count));
}

inline double numberAt(const Napi::CallbackInfo& info, std::size_t index) {
  return toNumber(info[index], argumentName(index));
}

inline std::uint64_t sizeAt(const Napi::CallbackInfo& info, std::size_t index) {
  return toSize(info[index], argumentName(index));
}

inline std::int32_t intAt(const Napi::CallbackInfo& info, std::size_t index) {
  return toInteger(info[index], argumentName(index));
}

inline std::string stringAt(const Napi::CallbackInfo& info, std::size_t index) {
  if (!info[index].IsString()) {
    throw Napi::TypeError::New(info.Env(), expectedFor("a string", argumentName(index), info[index]));
  }
  return info[index].As<Napi::String>().Utf8Value();
}

/** A device address, passed as a bigint. */
inline std::uint64_t addressAt(const Napi::CallbackInfo& info, std::size_t index) {
  bool lossless = false;
  if (info[index].IsBigInt()) {
    const std::uint64_t value = info[index].As<Napi::BigInt>().Uint64Value(&lossless);
    if (lossless) return value;
  }
  throw Napi::TypeError::New(info.Env(), expectedFor("an address", argumentName(index), info[index]));
}

/** The bytes of a typed array of any kind. */
using Bytes = Elements<std::uint8_t>;

inline Bytes bytesAt(const Napi::CallbackInfo& info, std::size_t index) {
  return toElements<std::uint8_t>(info[index], argumentName(index));
}

}  // namespace sparsek::binding
