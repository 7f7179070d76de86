// runProbe

#include "../ops/probe.h"
#include "arguments.h"
#include "errors.h"
#include "functions.h"
#include "handle.h"
#include "objects.h"

namespace sparsek::binding {
namespace {

ops::Probe probeOf(Napi::Env env, const std::string& name) {
  if (name == "read") return ops::Probe::kRead;
  if (name == "bulk-read") return ops::Probe::kBulkRead;
  if (name == "copy") return ops::Probe::kCopy;
  if (name == "multiply-f16") return ops::Probe::kMultiplyF16;
  if (name == "multiply-bf16") return ops::Probe::kMultiplyBf16;
  throw Napi::TypeError::New(env, "Expected the name of a probe but received " + name);
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
  if (static_cast<std::int64_t>(sizeAt(info, 6)) < written) {
    throw Napi::RangeError::New(info.Env(), "Expected a target of " + std::to_string(written) + " bytes");
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

void defineProbeFunctions(Napi::Object exports) { define<runProbe>(exports, "runProbe"); }

}  // namespace sparsek::binding
