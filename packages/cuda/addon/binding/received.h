#pragma once
// What an argument was, for messages that say what was expected instead.

#include <string>

#include "node_api_config.h"

namespace sparsek::binding {

inline std::string received(const Napi::Value& value) {
  switch (value.Type()) {
    case napi_undefined:
      return "undefined";
    case napi_null:
      return "null";
    case napi_boolean:
    case napi_number:
      return value.ToString();
    case napi_string:
      return "'" + value.As<Napi::String>().Utf8Value() + "'";
    case napi_bigint:
      return "a bigint";
    case napi_function:
      return "a function";
    case napi_external:
      return "another native object";
    default:
      return "an object";
  }
}

inline std::string expectedFor(const char* expected, const std::string& name, const Napi::Value& value) {
  return std::string("Expected ") + expected + " for " + name + " but received " + received(value);
}

}  // namespace sparsek::binding
