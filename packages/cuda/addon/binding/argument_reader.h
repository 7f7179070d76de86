#pragma once
// Takes the arguments of a function one after the other, for functions with many.

#include <cstdint>
#include <memory>
#include <string>

#include "arguments.h"

namespace sparsek::binding {

class ArgumentReader {
 public:
  explicit ArgumentReader(const Napi::CallbackInfo& info, std::size_t first = 0) : info_(info), next_(first) {}

  Napi::Env env() const { return info_.Env(); }

  template <typename T>
  std::shared_ptr<T> handle() {
    return fromHandle<T>(info_[next_++]);
  }
  double number() { return numberAt(info_, next_++); }
  /** A size or count. */
  std::int64_t size() { return static_cast<std::int64_t>(sizeAt(info_, next_++)); }
  std::int32_t integer() { return intAt(info_, next_++); }
  bool flag() { return info_[next_++].ToBoolean(); }
  std::string text() { return stringAt(info_, next_++); }
  std::uint64_t address() { return addressAt(info_, next_++); }
  Bytes bytes() { return bytesAt(info_, next_++); }
  template <typename Element>
  Elements<Element> elements() {
    const std::size_t index = next_++;
    return toElements<Element>(info_[index], argumentName(index));
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
