// The addon's functions. Each plan function takes (problem, options), each run function (plan, inputs, options);
// both return { id, promise }.
#pragma once
#include <napi.h>

namespace sparsek {

Napi::Value planSpmm(const Napi::CallbackInfo& info);
Napi::Value runSpmm(const Napi::CallbackInfo& info);
Napi::Value planSddmm(const Napi::CallbackInfo& info);
Napi::Value runSddmm(const Napi::CallbackInfo& info);
Napi::Value planSpgemm(const Napi::CallbackInfo& info);
Napi::Value runSpgemm(const Napi::CallbackInfo& info);
Napi::Value planAttention(const Napi::CallbackInfo& info);
Napi::Value runAttention(const Napi::CallbackInfo& info);

}  // namespace sparsek
