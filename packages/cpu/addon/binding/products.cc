// spmm (also of 2:4 and hybrid matrices), sddmm and spgemm.
#include <string>

#include "../ops/sddmm_plan.h"
#include "../ops/spgemm_plan.h"
#include "../ops/spmm_plan.h"
#include "arguments.h"
#include "operations.h"
#include "plan_handle.h"

namespace sparsek {
namespace {

PatternView patternAt(const Napi::Object& from, const char* name) {
  const Napi::Object pattern = objectAt(from, name);
  PatternView view;
  view.rows = integerAt(pattern, "rows");
  view.columns = integerAt(pattern, "columns");
  view.height = integerAt(pattern, "height");
  view.width = integerAt(pattern, "width");
  view.indptr = int32At(pattern, "indptr");
  view.indices = int32At(pattern, "indices");
  return view;
}

/// { rows, columns, rowStride, columnStride, values }.
DenseView denseAt(const Napi::Object& from, const char* name, Dtype dtype, std::int64_t& length) {
  const Napi::Object matrix = objectAt(from, name);
  const ValuesView values = valuesAt(matrix, "values", dtype);
  length = values.length;
  return {values.data, dtype, integerAt(matrix, "rows"), integerAt(matrix, "columns"), integerAt(matrix, "rowStride"),
          integerAt(matrix, "columnStride")};
}

Activation activationAt(const Napi::Object& from) {
  const std::string name = stringAt(from, "activation");
  if (name == "none") return Activation::None;
  if (name == "relu") return Activation::Relu;
  if (name == "gelu") return Activation::Gelu;
  if (name == "silu") return Activation::Silu;
  throw Napi::TypeError::New(from.Env(), "Expected none, relu, gelu or silu for activation");
}

Napi::Value typedInt32(Napi::Env env, const std::vector<std::int32_t>& values) {
  Napi::Int32Array array = Napi::Int32Array::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

}  // namespace

Napi::Value planSpmm(const Napi::CallbackInfo& info) {
  const Napi::Object from = argumentAt(info, 0);
  SpmmProblem problem;
  problem.pattern = patternAt(from, "pattern");
  problem.transpose = booleanAt(from, "transpose");
  problem.columns = integerAt(from, "columns");
  problem.dtype = dtypeAt(from, "dtype");
  problem.outDtype = dtypeAt(from, "outputDtype");
  problem.activation = activationAt(from);
  problem.transposedOut = booleanAt(from, "transposedOut");
  problem.hybrid = booleanAt(from, "hybrid");
  if (problem.hybrid) {
    problem.kinds = uint8At(from, "kinds");
    problem.metadata = uint8At(from, "metadata");
    problem.values = valuesAt(from, "values", problem.dtype);
  }
  return planWith<SpmmPlan>(info, planningWork(problem.pattern) + static_cast<double>(problem.values.length), problem);
}

Napi::Value runSpmm(const Napi::CallbackInfo& info) {
  const Napi::Object from = argumentAt(info, 1);
  const Dtype dtype = dtypeAt(from, "dtype"), outDtype = dtypeAt(from, "outputDtype");
  SpmmInputs inputs;
  if (!from.Get("values").IsUndefined()) inputs.values = valuesAt(from, "values", dtype);
  inputs.b = denseAt(from, "dense", dtype, inputs.bLength);
  inputs.out = valuesAt(from, "out", outDtype);
  inputs.bias = floatAt(from, "bias", true);
  inputs.alpha = static_cast<float>(numberAt(from, "alpha"));
  inputs.beta = static_cast<float>(numberAt(from, "beta"));
  if (inputs.beta != 0.0f) {
    std::int64_t length = 0;
    const DenseView c = denseAt(from, "c", outDtype, length);
    inputs.c = {const_cast<void*>(c.data), outDtype, length};
    inputs.cRow = c.rowStride;
    inputs.cColumn = c.columnStride;
  }
  return runWith<SpmmPlan>(info, inputs);
}

Napi::Value planSddmm(const Napi::CallbackInfo& info) {
  const Napi::Object from = argumentAt(info, 0);
  SddmmProblem problem;
  problem.pattern = patternAt(from, "pattern");
  problem.inner = integerAt(from, "inner");
  problem.dtype = dtypeAt(from, "dtype");
  problem.outDtype = dtypeAt(from, "outputDtype");
  return planWith<SddmmPlan>(info, planningWork(problem.pattern), problem);
}

Napi::Value runSddmm(const Napi::CallbackInfo& info) {
  const Napi::Object from = argumentAt(info, 1);
  const Dtype dtype = dtypeAt(from, "dtype");
  SddmmInputs inputs;
  inputs.a = denseAt(from, "a", dtype, inputs.aLength);
  inputs.b = denseAt(from, "b", dtype, inputs.bLength);
  inputs.out = valuesAt(from, "out", dtypeAt(from, "outputDtype"));
  inputs.alpha = static_cast<float>(numberAt(from, "alpha"));
  return runWith<SddmmPlan>(info, inputs);
}

Napi::Value planSpgemm(const Napi::CallbackInfo& info) {
  const Napi::Object from = argumentAt(info, 0);
  SpgemmProblem problem;
  problem.a = patternAt(from, "a");
  problem.b = patternAt(from, "b");
  problem.dtype = dtypeAt(from, "dtype");
  problem.outDtype = dtypeAt(from, "outputDtype");
  problem.dense = booleanAt(from, "dense");
  const KernelSet& kernels = kernelsAt(argumentAt(info, 1));
  const auto make = [&kernels, problem](const Job& job) { return std::make_shared<SpgemmPlan>(kernels, problem, job); };
  // Blocks of C are found by the products that sum up to them: at most all pairs.
  const double pairs = static_cast<double>(problem.a.indices.length) * static_cast<double>(problem.b.indices.length);
  const double work = planningWork(problem.a) + planningWork(problem.b) + kIndexTerms * pairs;
  return startPlanning(info, work, make, [](Napi::Env env, const PlanExternal& external, const Plan& plan) -> Napi::Value {
    const Pattern& pattern = static_cast<const SpgemmPlan&>(plan).result;
    Napi::Object result = Napi::Object::New(env);
    result.Set("plan", external);
    result.Set("indptr", typedInt32(env, pattern.indptr));
    result.Set("indices", typedInt32(env, pattern.indices));
    return result;
  });
}

Napi::Value runSpgemm(const Napi::CallbackInfo& info) {
  const Napi::Object from = argumentAt(info, 1);
  const Dtype dtype = dtypeAt(from, "dtype");
  SpgemmInputs inputs;
  inputs.a = valuesAt(from, "aValues", dtype);
  inputs.b = valuesAt(from, "bValues", dtype);
  inputs.out = valuesAt(from, "out", dtypeAt(from, "outputDtype"));
  inputs.alpha = static_cast<float>(numberAt(from, "alpha"));
  return runWith<SpgemmPlan>(info, inputs);
}

}  // namespace sparsek
