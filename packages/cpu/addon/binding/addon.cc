// The functions that packages/cpu/src/native.ts describes.
#include <napi.h>

#include <initializer_list>

#include "../runtime/cpu_features.h"
#include "arguments.h"
#include "environment.h"
#include "operations.h"
#include "plan_handle.h"

namespace sparsek {
namespace {

/// Raised whenever the TypeScript side and the addon must change together.
constexpr int kInterfaceVersion = 2;

/// Instruction sets of this machine, the fastest first.
Napi::Value instructionSets(const Napi::CallbackInfo& info) {
  Napi::Array names = Napi::Array::New(info.Env());
  for (const InstructionSet set :
       {InstructionSet::Avx512, InstructionSet::Avx2, InstructionSet::Neon, InstructionSet::Portable}) {
    if (isSupported(set)) names.Set(names.Length(), nameOf(set));
  }
  return names;
}

std::uint32_t idIn(const Napi::CallbackInfo& info) {
  if (!info[0].IsNumber()) throw Napi::TypeError::New(info.Env(), "Expected a number for id");
  return info[0].As<Napi::Number>().Uint32Value();
}

Napi::Value cancel(const Napi::CallbackInfo& info) {
  Environment::of(info.Env()).cancel(idIn(info));
  return info.Env().Undefined();
}

Napi::Value progress(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), Environment::of(info.Env()).progress(idIn(info)));
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  Environment::attach(env);
  exports.Set("interfaceVersion", kInterfaceVersion);
  const auto add = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("instructionSets", instructionSets);
  add("cancel", cancel);
  add("progress", progress);
  add("disposePlan", disposePlan);
  add("planSpmm", planSpmm);
  add("runSpmm", runSpmm);
  add("planSddmm", planSddmm);
  add("runSddmm", runSddmm);
  add("planSpgemm", planSpgemm);
  add("runSpgemm", runSpgemm);
  add("planAttention", planAttention);
  add("runAttention", runAttention);
  return exports;
}

}  // namespace
}  // namespace sparsek

static Napi::Object initializeAddon(Napi::Env env, Napi::Object exports) { return sparsek::initialize(env, exports); }

NODE_API_MODULE(sparsek_cpu, initializeAddon)
