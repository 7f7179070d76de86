// planSpmm, groupBlockRows, spmmCandidateNames, spmmCandidates, packSpmm, runSpmm, dropSpmmPlan

#include <algorithm>

#include "../nvtx/range.h"
#include "../ops/spmm_candidates.h"
#include "../ops/spmm_launch.h"
#include "../ops/spmm_match.h"
#include "argument_reader.h"
#include "errors.h"
#include "functions.h"
#include "plan_object.h"

namespace sparsek::binding {
namespace {

struct SpmmPlanObject : PlanObject<ops::SpmmPlan> {
  static constexpr const char* kName = "spmm plan";
  static constexpr napi_type_tag kTag = {0x8f1d0b7c5a2e4c01, 0x9b6e52f3a1d70011};
  using PlanObject::PlanObject;
};

/** rows, columns, blockRows, blockColumns, indptr, indices. The arrays are long enough; what they hold was checked before. */
ops::PatternView readPattern(ArgumentReader& next) {
  ops::PatternView pattern;
  pattern.rows = next.size();
  pattern.columns = next.size();
  pattern.block_rows = next.integer();
  pattern.block_columns = next.integer();
  for (const int side : {pattern.block_rows, pattern.block_columns}) {
    if (side < 1) {
      throw Napi::RangeError::New(next.env(),
                                  "Expected 1 or more for a block side but received " + std::to_string(side));
    }
  }
  const auto indptr = next.elements<std::int32_t>();
  const auto indices = next.elements<std::int32_t>();
  const auto rows = static_cast<std::uint64_t>((pattern.rows + pattern.block_rows - 1) / pattern.block_rows);
  requireLength(next.env(), indptr, rows + 1, "indptr");
  requireLength(next.env(), indices, static_cast<std::uint64_t>(std::max(0, indptr.data[rows])), "indices");
  pattern.indptr = indptr.data;
  pattern.indices = indices.data;
  return pattern;
}

/** The pattern, then elementType, denseColumns, batch, bColumnMajor, tf32. */
ops::SpmmShape readShape(ArgumentReader& next) {
  ops::SpmmShape shape;
  shape.pattern = readPattern(next);
  shape.type = next.choice<ElementType>();
  shape.dense_columns = next.size();
  shape.batch = next.integer();
  shape.b_column_major = next.flag();
  shape.tf32 = next.flag();
  return shape;
}

ops::DeviceShape shapeOf(const Device& device) {
  const cuda::DeviceProperties& properties = device.context->device();
  return {properties.multiprocessors, properties.major};
}

/** Waits for the stream. */
std::vector<std::int32_t> groupOnDevice(const StreamObject& stream, const ops::PatternView& pattern, int size) {
  Device& device = *stream.device;
  return onDevice(device, [&] {
    std::vector<cuda::DeviceBuffer> scratch;
    const auto allocate = [&](std::size_t bytes) {
      scratch.push_back(device.context->allocate(bytes, stream.stream));
      return scratch.back().pointer();
    };
    return ops::group_block_rows_on_device(device.api(), device.context->modules(), pattern, size, stream.stream, allocate);
  });
}

std::vector<std::int32_t> groupWhereFaster(const StreamObject& stream, const ops::PatternView& pattern, int size) {
  const nvtx::Range range("sparsek.spmm.group");
  return ops::matching_is_long(pattern, size) ? groupOnDevice(stream, pattern, size)
                                              : ops::group_block_rows(pattern, size, true);
}

/**
 * groupBlockRows(stream, shape..., size, onDevice): the groups of `size` block rows as numbers of rows, by the host or by
 * the device however long it takes: to compare the two.
 */
Napi::Value groupBlockRows(const Napi::CallbackInfo& info) {
  ArgumentReader next(info);
  const auto stream = next.handle<StreamObject>();
  const ops::PatternView pattern = readShape(next).pattern;
  const int size = next.integer();
  const std::vector<std::int32_t> groups =
      next.flag() ? groupOnDevice(*stream, pattern, size) : ops::group_block_rows(pattern, size, true);
  auto answer = Napi::Int32Array::New(info.Env(), groups.size());
  std::copy(groups.begin(), groups.end(), answer.Data());
  return answer;
}

/**
 * planSpmm(stream, shape..., candidate): { plan, kernel, packedBytes }. The pattern was checked. The plan's tables are
 * copied to the device.
 */
Napi::Value planSpmm(const Napi::CallbackInfo& info) {
  ArgumentReader next(info);
  const auto stream = next.handle<StreamObject>();
  const ops::SpmmShape shape = readShape(next);
  ops::PlanOptions options = ops::candidate_options(next.text());
  options.group = [&](const ops::PatternView& pattern, int size) { return groupWhereFaster(*stream, pattern, size); };
  const auto object =
      std::make_shared<SpmmPlanObject>(*stream, ops::make_spmm_plan(shape, shapeOf(*stream->device), options));
  const auto packedBytes = static_cast<double>(object->plan.packed_bytes);
  Napi::Object answer = planAnswer(info.Env(), object);
  answer.Set("packedBytes", packedBytes);
  return answer;
}

Napi::Array textArray(Napi::Env env, const std::vector<std::string>& texts) {
  Napi::Array answer = Napi::Array::New(env, texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) answer.Set(static_cast<std::uint32_t>(i), texts[i]);
  return answer;
}

Napi::Value spmmCandidateNames(const Napi::CallbackInfo& info) {
  return textArray(info.Env(), ops::candidate_names());
}

/** spmmCandidates(stream, shape...): names of the plans that an autotune compares. */
Napi::Value spmmCandidates(const Napi::CallbackInfo& info) {
  ArgumentReader next(info);
  const auto stream = next.handle<StreamObject>();
  const ops::SpmmShape shape = readShape(next);
  ops::PlanOptions options;
  options.group = [&](const ops::PatternView& pattern, int size) { return groupWhereFaster(*stream, pattern, size); };
  return textArray(info.Env(), ops::spmm_candidates(shape, shapeOf(*stream->device), options));
}

/** What calls of a plan begin with: plan, stream, values, packed. */
struct SpmmCall {
  std::shared_ptr<SpmmPlanObject> object;
  std::shared_ptr<StreamObject> stream;
  ops::SpmmOperands operands;

  explicit SpmmCall(ArgumentReader& next) : object(next.handle<SpmmPlanObject>()), stream(next.handle<StreamObject>()) {
    operands.values = next.address();
    operands.packed = next.address();
  }
};

/** packSpmm(plan, stream, values, packed): A's values as the kernel reads them, for plans with packedBytes. */
Napi::Value packSpmm(const Napi::CallbackInfo& info) {
  ArgumentReader next(info);
  SpmmCall call(next);
  launchPlan(*call.object, *call.stream, call.operands, [&](Device& device) {
    ops::pack_spmm_values(device.api(), device.context->modules(), call.object->plan, call.operands, call.stream->stream);
  });
  return info.Env().Undefined();
}

/**
 * runSpmm(plan, stream, values, packed, b, out, addend, bias, bLeading, outLeading, outType, outTransposed, alpha, beta,
 * activation): addresses, then strides in elements.
 */
Napi::Value runSpmm(const Napi::CallbackInfo& info) {
  ArgumentReader next(info);
  SpmmCall call(next);
  ops::SpmmOperands& operands = call.operands;
  operands.b = next.address();
  operands.out = next.address();
  operands.addend = next.address();
  operands.bias = next.address();
  operands.b_leading = next.size();
  operands.out_leading = next.size();
  operands.out_type = next.choice<ElementType>();
  operands.out_transposed = next.flag();
  operands.alpha = static_cast<float>(next.number());
  operands.beta = static_cast<float>(next.number());
  operands.activation = next.choice<Activation>();
  launchWithWorkspace(*call.object, *call.stream, operands, [&](Device& device) {
    ops::launch_spmm(device.api(), device.context->modules(), call.object->plan, operands, call.stream->stream);
  });
  return info.Env().Undefined();
}

}  // namespace

void defineSpmmFunctions(Napi::Object exports) {
  define<planSpmm>(exports, "planSpmm", "sparsek.spmm.plan");
  define<groupBlockRows>(exports, "groupBlockRows");
  define<spmmCandidateNames>(exports, "spmmCandidateNames");
  define<spmmCandidates>(exports, "spmmCandidates", "sparsek.spmm.candidates");
  define<packSpmm>(exports, "packSpmm", "sparsek.spmm.pack");
  define<runSpmm>(exports, "runSpmm", "sparsek.spmm");
  define<drop<SpmmPlanObject>>(exports, "dropSpmmPlan");
}

}  // namespace sparsek::binding
