// runProbe

#include "../ops/probe.h"
#include "arguments.h"
#include "errors.h"
#include "functions.h"
#include "handle.h"
#include "objects.h"

namespace sparsek::binding {
namespace {

constexpr struct {
  const char* name;
  ops::Probe probe;
} kProbes[] = {
    {"read", ops::Probe::kRead},
    {"bulk-read", ops::Probe::kBulkRead},
    {"tensor-read", ops::Probe::kTensorRead},
    {"copy", ops::Probe::kCopy},
    {"multiply-f16", ops::Probe::kMultiplyF16},
    {"multiply-bf16", ops::Probe::kMultiplyBf16},
    {"multiply-f16-n128", ops::Probe::kMultiplyF16N128},
    {"multiply-f16-n64", ops::Probe::kMultiplyF16N64},
    {"multiply-f16-n32", ops::Probe::kMultiplyF16N32},
    {"multiply-f16-n16", ops::Probe::kMultiplyF16N16},
    {"multiply-f16-registers", ops::Probe::kMultiplyF16Registers},
    {"multiply-f16-registers-n64", ops::Probe::kMultiplyF16RegistersN64},
};

ops::Probe probeOf(Napi::Env env, const std::string& name) {
  for (const auto& known : kProbes) {
    if (name == known.name) return known.probe;
  }
  throw Napi::TypeError::New(env, "Expected the name of a probe but received '" + name + "'");
}

/** runProbe(stream, name, bytes, passes, source, target, targetBytes) -> { bytes, flops } */
Napi::Value runProbe(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  Device& device = *stream->device;
  ops::ProbeJob job;
  job.probe = probeOf(info.Env(), stringAt(info, 1));
  job.bytes = static_cast<std::int64_t>(sizeAt(info, 2));
  job.passes = intAt(info, 3);
  job.source = addressAt(info, 4);
  job.target = addressAt(info, 5);
  job.multiprocessors = device.context->device().multiprocessors;
  const std::int64_t written =
      job.probe == ops::Probe::kCopy ? job.bytes : ops::probe_target_bytes(job.multiprocessors);
  const auto room = static_cast<std::int64_t>(sizeAt(info, 6));
  if (room < written) {
    throw Napi::RangeError::New(info.Env(), "Expected " + std::to_string(written) + " bytes for target but received " +
                                                std::to_string(room));
  }
  ops::ProbeWork work;
  onDevice(device,
           [&] { work = ops::launch_probe(device.api(), device.context->modules(), job, stream->stream); });
  Napi::Object done = Napi::Object::New(info.Env());
  done.Set("bytes", Napi::Number::New(info.Env(), work.bytes));
  done.Set("flops", Napi::Number::New(info.Env(), work.flops));
  return done;
}

}  // namespace

void defineProbeFunctions(Napi::Object exports) { define<runProbe>(exports, "runProbe", "sparsek.probe"); }

}  // namespace sparsek::binding
