#pragma once
// Reading the addon's arguments. Only SparseK's own TypeScript calls it, so that messages are for developers.

#include <cstdint>
#include <string>

#include "handle.h"
#include "node_api_config.h"

namespace sparsek::binding {

inline double numberAt(const Napi::CallbackInfo& info, std::size_t index) {
  if (!info[index].IsNumber()) {
    throw Napi::TypeError::New(info.Env(), "Expected a number for argument " + std::to_string(index));
  }
  return info[index].As<Napi::Number>().DoubleValue();
}

/** A size or count: a whole number that JavaScript represents exactly. */
inline std::uint64_t sizeAt(const Napi::CallbackInfo& info, std::size_t index) {
  constexpr double kLargest = 9007199254740992.0;
  const double value = numberAt(info, index);
  const auto whole = static_cast<std::uint64_t>(value >= 0 && value < kLargest ? value : 0);
  if (static_cast<double>(whole) != value) {
    throw Napi::RangeError::New(info.Env(), "Expected a size for argument " + std::to_string(index));
  }
  return whole;
}

inline int intAt(const Napi::CallbackInfo& info, std::size_t index) {
  return static_cast<int>(numberAt(info, index));
}

inline std::string stringAt(const Napi::CallbackInfo& info, std::size_t index) {
  if (!info[index].IsString()) {
    throw Napi::TypeError::New(info.Env(), "Expected a string for argument " + std::to_string(index));
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
  throw Napi::TypeError::New(info.Env(), "Expected an address for argument " + std::to_string(index));
}

/** The bytes of a typed array, and how many. */
struct Bytes {
  std::uint8_t* data;
  std::size_t length;
};

inline Bytes bytesAt(const Napi::CallbackInfo& info, std::size_t index) {
  if (!info[index].IsTypedArray()) {
    throw Napi::TypeError::New(info.Env(), "Expected a typed array for argument " + std::to_string(index));
  }
  const auto array = info[index].As<Napi::TypedArray>();
  auto* start = static_cast<std::uint8_t*>(array.ArrayBuffer().Data());
  return {start == nullptr ? nullptr : start + array.ByteOffset(), array.ByteLength()};
}

/** Takes the arguments one after the other, for functions with many. */
class ArgumentReader {
 public:
  explicit ArgumentReader(const Napi::CallbackInfo& info, std::size_t first = 0) : info_(info), next_(first) {}

  template <typename T>
  std::shared_ptr<T> handle() {
    return fromHandle<T>(info_[next_++]);
  }
  double number() { return numberAt(info_, next_++); }
  /** A size or count. */
  std::int64_t size() { return static_cast<std::int64_t>(sizeAt(info_, next_++)); }
  int integer() { return intAt(info_, next_++); }
  bool flag() { return info_[next_++].ToBoolean(); }
  std::string text() { return stringAt(info_, next_++); }
  std::uint64_t address() { return addressAt(info_, next_++); }
  Bytes bytes() { return bytesAt(info_, next_++); }
  /** The elements of a typed array. */
  template <typename Element>
  const Element* elements() {
    return reinterpret_cast<const Element*>(bytesAt(info_, next_++).data);
  }
  /** A member of one of the addon's enumerations, passed as its number. */
  template <typename Enumeration>
  Enumeration choice() {
    return static_cast<Enumeration>(integer());
  }

 private:
  const Napi::CallbackInfo& info_;
  std::size_t next_;
};

}  // namespace sparsek::binding
