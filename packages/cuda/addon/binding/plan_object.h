#pragma once
// What plans of all operations share on this side.

#include <memory>
#include <utility>

#include "../ops/traffic.h"
#include "handle.h"
#include "plan_tables.h"

namespace sparsek::binding {

/** A plan of an operation; each operation derives its own kind, with a name and a tag for its handles. */
template <typename Plan>
struct PlanObject {
  PlanObject(const StreamObject& stream, Plan plan_) : tables(stream.device), plan(std::move(plan_)) {
    tables.upload(plan.tables, stream);
  }

  PlanTables tables;
  Plan plan;
};

/** { plan, kernel, l2Traffic }, to which an operation adds what else it tells. */
template <typename Object>
Napi::Object planAnswer(Napi::Env env, std::shared_ptr<Object> object) {
  Napi::Object answer = Napi::Object::New(env);
  answer.Set("kernel", object->plan.kernel);
  answer.Set("l2Traffic", static_cast<double>(ops::l2_bytes(object->plan)));
  answer.Set("plan", makeHandle(env, std::move(object)));
  return answer;
}

/** Sets the operands' tables and calls `launch` with the device's context current. */
template <typename Object, typename Operands, typename Launch>
void launchPlan(Object& object, const StreamObject& stream, Operands& operands, Launch launch) {
  Device& device = *stream.device;
  onDevice(device, [&] {
    operands.tables = object.tables.address(stream);
    launch(device);
  });
}

/** As launchPlan, with the plan's workspace. It goes back to the pool at once, which hands it on only behind this launch. */
template <typename Object, typename Operands, typename Launch>
void launchWithWorkspace(Object& object, const StreamObject& stream, Operands& operands, Launch launch) {
  launchPlan(object, stream, operands, [&](Device& device) {
    const auto bytes = static_cast<std::size_t>(object.plan.workspace_bytes);
    const cuda::DeviceBuffer workspace = device.context->allocate(bytes, stream.stream);
    operands.workspace = workspace.pointer();
    launch(device);
  });
}

}  // namespace sparsek::binding
