// planSpmm, packSpmm, runSpmm, dropSpmmPlan

#include <stdexcept>

#include "../ops/spmm_launch.h"
#include "arguments.h"
#include "errors.h"
#include "functions.h"
#include "handle.h"
#include "objects.h"
#include "plan_tables.h"

namespace sparsek::binding {
namespace {

struct SpmmPlanObject {
  static constexpr const char* kName = "spmm plan";
  static constexpr napi_type_tag kTag = {0x8f1d0b7c5a2e4c01, 0x9b6e52f3a1d70011};

  explicit SpmmPlanObject(PlanTables tables_) : tables(std::move(tables_)) {}

  PlanTables tables;
  ops::SpmmPlan plan;
};

/**
 * planSpmm(stream, rows, columns, blockRows, blockColumns, indptr, indices, elementType, denseColumns, batch,
 * bColumnMajor): { plan, kernel, packedBytes }. The pattern was checked. The plan's tables are copied to the device.
 */
Napi::Value planSpmm(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  ops::SpmmShape shape;
  shape.pattern.rows = static_cast<std::int64_t>(sizeAt(info, 1));
  shape.pattern.columns = static_cast<std::int64_t>(sizeAt(info, 2));
  shape.pattern.block_rows = intAt(info, 3);
  shape.pattern.block_columns = intAt(info, 4);
  shape.pattern.indptr = reinterpret_cast<const std::int32_t*>(bytesAt(info, 5).data);
  shape.pattern.indices = reinterpret_cast<const std::int32_t*>(bytesAt(info, 6).data);
  shape.type = static_cast<ElementType>(intAt(info, 7));
  shape.dense_columns = static_cast<std::int64_t>(sizeAt(info, 8));
  shape.batch = intAt(info, 9);
  shape.b_column_major = info[10].ToBoolean();
  const cuda::DeviceProperties& properties = stream->device->context->device();
  auto object = std::make_shared<SpmmPlanObject>(PlanTables(stream->device));
  object->plan = ops::make_spmm_plan(shape, {properties.multiprocessors, properties.major});
  object->tables.upload(object->plan.tables, *stream);
  Napi::Object answer = Napi::Object::New(info.Env());
  answer.Set("kernel", object->plan.kernel);
  answer.Set("packedBytes", static_cast<double>(object->plan.packed_bytes));
  answer.Set("plan", makeHandle(info.Env(), object));
  return answer;
}

/** packSpmm(plan, stream, values, packed): A's values as the kernel reads them, for plans with packedBytes. */
Napi::Value packSpmm(const Napi::CallbackInfo& info) {
  const auto object = fromHandle<SpmmPlanObject>(info[0]);
  const auto stream = fromHandle<StreamObject>(info[1]);
  ops::SpmmOperands operands;
  operands.values = addressAt(info, 2);
  operands.packed = addressAt(info, 3);
  Device& device = *stream->device;
  onDevice(device, [&] {
    operands.tables = object->tables.address(*stream);
    ops::pack_spmm_values(device.api(), device.context->modules(), object->plan, operands, stream->stream);
  });
  return info.Env().Undefined();
}

/**
 * runSpmm(plan, stream, values, packed, b, out, addend, bias, bLeading, outLeading, outType, outTransposed, alpha, beta,
 * activation): addresses, then strides in elements.
 */
Napi::Value runSpmm(const Napi::CallbackInfo& info) {
  const auto object = fromHandle<SpmmPlanObject>(info[0]);
  const auto stream = fromHandle<StreamObject>(info[1]);
  ops::SpmmOperands operands;
  operands.values = addressAt(info, 2);
  operands.packed = addressAt(info, 3);
  operands.b = addressAt(info, 4);
  operands.out = addressAt(info, 5);
  operands.addend = addressAt(info, 6);
  operands.bias = addressAt(info, 7);
  operands.b_leading = static_cast<std::int64_t>(sizeAt(info, 8));
  operands.out_leading = static_cast<std::int64_t>(sizeAt(info, 9));
  operands.out_type = static_cast<ElementType>(intAt(info, 10));
  operands.out_transposed = info[11].ToBoolean();
  operands.alpha = static_cast<float>(numberAt(info, 12));
  operands.beta = static_cast<float>(numberAt(info, 13));
  operands.activation = static_cast<Activation>(intAt(info, 14));
  Device& device = *stream->device;
  onDevice(device, [&] {
    operands.tables = object->tables.address(*stream);
    // Goes back to the pool at once, which hands it on only behind this launch.
    const cuda::DeviceBuffer workspace =
        device.context->allocate(static_cast<std::size_t>(object->plan.workspace_bytes), stream->stream);
    operands.workspace = workspace.pointer();
    ops::launch_spmm(device.api(), device.context->modules(), object->plan, operands, stream->stream);
  });
  return info.Env().Undefined();
}

Napi::Value dropSpmmPlan(const Napi::CallbackInfo& info) {
  dropHandle<SpmmPlanObject>(info[0]);
  return info.Env().Undefined();
}

}  // namespace

void defineSpmmFunctions(Napi::Object exports) {
  define<planSpmm>(exports, "planSpmm");
  define<packSpmm>(exports, "packSpmm");
  define<runSpmm>(exports, "runSpmm");
  define<dropSpmmPlan>(exports, "dropSpmmPlan");
}

}  // namespace sparsek::binding
