// Reads the plain objects that the TypeScript side hands over. Nothing in them is trusted: a missing property, a wrong
// type or a number out of range throws a JavaScript TypeError that names it.
#pragma once
#include <napi.h>

#include <string>

#include "../ops/array_view.h"

namespace sparsek {

/// An argument of a function of the addon: all of them are objects.
Napi::Object argumentAt(const Napi::CallbackInfo& info, std::size_t index);

Napi::Object objectAt(const Napi::Object& from, const char* name);
std::int64_t integerAt(const Napi::Object& from, const char* name);
double numberAt(const Napi::Object& from, const char* name);
bool booleanAt(const Napi::Object& from, const char* name);
std::string stringAt(const Napi::Object& from, const char* name);
Dtype dtypeAt(const Napi::Object& from, const char* name);

/// A typed array's memory. With `optional`, undefined gives a null view; an empty array's data is not null.
ArrayView<std::int32_t> int32At(const Napi::Object& from, const char* name, bool optional = false);
ArrayView<std::uint32_t> uint32At(const Napi::Object& from, const char* name, bool optional = false);
ArrayView<std::uint8_t> uint8At(const Napi::Object& from, const char* name, bool optional = false);
ArrayView<float> floatAt(const Napi::Object& from, const char* name, bool optional = false);
/// Float32Array for f32, Uint16Array for the half types.
ValuesView valuesAt(const Napi::Object& from, const char* name, Dtype dtype);

}  // namespace sparsek
