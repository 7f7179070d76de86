// Plans as JavaScript holds them, and the job that makes one.
#pragma once
#include <napi.h>

#include <memory>

#include "../ops/plan.h"
#include "arguments.h"
#include "environment.h"

namespace sparsek {

/// A plan that a job fills in, and that `dispose` empties again while runs that use it keep it alive.
struct PlanSlot {
  std::shared_ptr<Plan> plan;
};

/// Every external value of this addon holds a PlanSlot.
using PlanExternal = Napi::External<PlanSlot>;

/// The plan in an argument; throws a TypeError unless it is of the wanted kind and not disposed.
template <typename Wanted>
std::shared_ptr<const Wanted> planIn(const Napi::Value& value) {
  if (value.IsExternal()) {
    const std::shared_ptr<Wanted> plan = std::dynamic_pointer_cast<Wanted>(value.As<PlanExternal>().Data()->plan);
    if (plan != nullptr) return plan;
  }
  throw Napi::TypeError::New(value.Env(), "Expected a plan of this operation that is not disposed");
}

/// Which kernels and how many threads a call asks for, and whether small work may run on the caller's thread.
const KernelSet& kernelsAt(const Napi::Object& options);
int threadsAt(const Napi::Object& options);
bool inPlaceAt(const Napi::Object& options);

/// Starts a job of one task that makes a plan; the promise's value is the plan, or what `result` makes of it. `work` is
/// what that takes, in multiplications.
Napi::Value startPlanning(const Napi::CallbackInfo& info, double work,
                          std::function<std::shared_ptr<Plan>(const Job&)> make,
                          std::function<Napi::Value(Napi::Env, const PlanExternal&, const Plan&)> result = nullptr);

/// Starts a run: `addPhases` fills the job; the promise's value is the computation's time in milliseconds.
Napi::Value startRun(const Napi::CallbackInfo& info, std::shared_ptr<const Plan> plan,
                     const std::function<void(Job&)>& addPhases);

/// As startPlanning, for plans that are made of kernels and a problem; the kernels are named by argument 1.
template <typename Made, typename Problem>
Napi::Value planWith(const Napi::CallbackInfo& info, double work, const Problem& problem) {
  const KernelSet& kernels = kernelsAt(argumentAt(info, 1));
  return startPlanning(info, work, [&kernels, problem](const Job&) { return std::make_shared<Made>(kernels, problem); });
}

/// As startRun, for the plan in argument 0.
template <typename Used, typename Inputs>
Napi::Value runWith(const Napi::CallbackInfo& info, const Inputs& inputs) {
  const auto plan = planIn<Used>(info[0]);
  return startRun(info, plan, [&](Job& job) { plan->addPhases(job, inputs); });
}

Napi::Value disposePlan(const Napi::CallbackInfo& info);

}  // namespace sparsek
