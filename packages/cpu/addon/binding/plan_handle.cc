#include "plan_handle.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "arguments.h"

namespace sparsek {
namespace {

constexpr std::int64_t kMostThreads = 256;

Napi::Object optionsOf(const Napi::CallbackInfo& info) {
  const Napi::Value last = info[info.Length() - 1];
  if (!last.IsObject()) throw Napi::TypeError::New(info.Env(), "Expected an object for the last argument");
  return last.As<Napi::Object>();
}

/// All arguments of a call, to be kept alive with everything that they refer to.
Napi::Object holdArguments(const Napi::CallbackInfo& info) {
  Napi::Array held = Napi::Array::New(info.Env(), info.Length());
  for (std::size_t i = 0; i < info.Length(); ++i) held.Set(static_cast<std::uint32_t>(i), info[i]);
  return held;
}

}  // namespace

const KernelSet& kernelsAt(const Napi::Object& options) {
  const std::string name = stringAt(options, "instructionSet");
  for (const InstructionSet set :
       {InstructionSet::Portable, InstructionSet::Avx2, InstructionSet::Avx512, InstructionSet::Neon}) {
    if (name == nameOf(set) && isSupported(set)) return kernelsFor(set);
  }
  throw Napi::TypeError::New(options.Env(), "Expected an instruction set of this machine but received " + name);
}

int threadsAt(const Napi::Object& options) {
  return static_cast<int>(std::min(std::max<std::int64_t>(integerAt(options, "threads"), 1), kMostThreads));
}

bool inPlaceAt(const Napi::Object& options) { return booleanAt(options, "inPlace"); }

Napi::Value startPlanning(const Napi::CallbackInfo& info, double work,
                          std::function<std::shared_ptr<Plan>(const Job&)> make,
                          std::function<Napi::Value(Napi::Env, const PlanExternal&, const Plan&)> result) {
  const bool inPlace = inPlaceAt(optionsOf(info));
  const auto job = std::make_shared<Job>();
  const auto slot = std::make_shared<PlanSlot>();
  Job* const raw = job.get();
  job->work = work;
  job->phases.push_back({1, [make = std::move(make), slot, raw](std::int64_t, Worker&) { slot->plan = make(*raw); }});
  const auto settle = [slot, result = std::move(result)](Napi::Env env) -> Napi::Value {
    PlanExternal external = PlanExternal::New(env, new PlanSlot(*slot), [](Napi::Env, PlanSlot* data) { delete data; });
    if (result == nullptr) return external;
    return result(env, external, *slot->plan);
  };
  return Environment::of(info.Env()).start(info.Env(), job, holdArguments(info), settle, inPlace);
}

Napi::Value startRun(const Napi::CallbackInfo& info, std::shared_ptr<const Plan> plan,
                     const std::function<void(Job&)>& addPhases) {
  using Clock = std::chrono::steady_clock;
  const Napi::Object options = optionsOf(info);
  const bool inPlace = inPlaceAt(options);
  const auto job = std::make_shared<Job>();
  job->threads = threadsAt(options);
  // The clock runs from the first task to the last one's end: waiting for other jobs is not computing.
  const auto begin = std::make_shared<Clock::time_point>();
  const auto end = std::make_shared<Clock::time_point>();
  job->phases.push_back({1, [begin](std::int64_t, Worker&) { *begin = Clock::now(); }});
  try {
    addPhases(*job);
  } catch (const std::exception&) {
    const Failure failure = currentFailure();
    throw errorWithCode(info.Env(), failure.message, failure.code);
  }
  job->phases.push_back({1, [end](std::int64_t, Worker&) { *end = Clock::now(); }});
  const auto settle = [begin, end, plan = std::move(plan)](Napi::Env env) -> Napi::Value {
    return Napi::Number::New(env, std::chrono::duration<double, std::milli>(*end - *begin).count());
  };
  return Environment::of(info.Env()).start(info.Env(), job, holdArguments(info), settle, inPlace);
}

Napi::Value disposePlan(const Napi::CallbackInfo& info) {
  if (!info[0].IsExternal()) throw Napi::TypeError::New(info.Env(), "Expected a plan");
  info[0].As<PlanExternal>().Data()->plan.reset();
  return info.Env().Undefined();
}

}  // namespace sparsek
