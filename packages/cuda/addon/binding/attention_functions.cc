// planAttention, runAttention, dropAttentionPlan

#include "../ops/attention_launch.h"
#include "arguments.h"
#include "errors.h"
#include "functions.h"
#include "launch_counters.h"
#include "plan_object.h"

namespace sparsek::binding {
namespace {

using attention::Clause;

struct AttentionPlanObject : PlanObject<ops::AttentionPlan> {
  static constexpr const char* kName = "attention plan";
  static constexpr napi_type_tag kTag = {0x8f1d0b7c5a2e4c01, 0x9b6e52f3a1d70012};

  AttentionPlanObject(const StreamObject& stream, ops::AttentionPlan plan_)
      : PlanObject(stream, std::move(plan_)), counters(stream.device) {}

  LaunchCounters counters;
};

/** The elements of a typed array property, or null where it is undefined. */
template <typename Element>
const Element* elements(const Napi::Object& object, const char* name, std::size_t* count = nullptr) {
  const Napi::Value value = object.Get(name);
  if (!value.IsTypedArray()) return nullptr;
  const auto array = value.As<Napi::TypedArray>();
  if (count != nullptr) *count = array.ElementLength();
  auto* start = static_cast<std::uint8_t*>(array.ArrayBuffer().Data());
  return reinterpret_cast<const Element*>(start + array.ByteOffset());
}

double number(const Napi::Object& object, const char* name) { return object.Get(name).As<Napi::Number>().DoubleValue(); }

std::int32_t integer(const Napi::Object& object, const char* name) {
  return static_cast<std::int32_t>(number(object, name));
}

/** Words of a clause: bounds of diagonal, rows and columns, then the document relation. */
constexpr std::size_t kClauseWords = 7;

std::vector<Clause> readClauses(const Napi::Object& pattern) {
  std::size_t count = 0;
  const auto* words = elements<std::int32_t>(pattern, "clauses", &count);
  std::vector<Clause> clauses;
  for (std::size_t i = 0; i + kClauseWords <= count; i += kClauseWords) {
    const std::int32_t* w = words + i;
    clauses.push_back({w[0], w[1], w[2], w[3], w[4], w[5], static_cast<attention::Relation>(w[6]), 0});
  }
  return clauses;
}

ops::MaskPatternView readPattern(const Napi::Object& object, int side) {
  ops::MaskPatternView pattern;
  pattern.stored = object.Get("stored").ToBoolean();
  pattern.indptr = elements<std::int32_t>(object, "indptr");
  pattern.indices = elements<std::int32_t>(object, "indices");
  pattern.fill = elements<std::int32_t>(object, "fill");
  std::size_t words = 0;
  pattern.bitmaps = elements<std::uint32_t>(object, "bitmaps", &words);
  pattern.bitmap_count = static_cast<std::int64_t>(words) / (side * (side / 32));
  pattern.clauses = readClauses(object);
  return pattern;
}

ops::AttentionMaskView readMask(const Napi::Object& object) {
  ops::AttentionMaskView mask;
  mask.query_length = static_cast<std::int64_t>(number(object, "queryLength"));
  mask.key_length = static_cast<std::int64_t>(number(object, "keyLength"));
  mask.side = integer(object, "side");
  const auto patterns = object.Get("patterns").As<Napi::Array>();
  for (std::uint32_t i = 0; i < patterns.Length(); i += 1) {
    mask.patterns.push_back(readPattern(patterns.Get(i).As<Napi::Object>(), mask.side));
  }
  std::size_t count = 0;
  const auto* map = elements<std::int32_t>(object, "headMap", &count);
  mask.head_map.assign(map, map + count);
  mask.batches = integer(object, "batches");
  mask.heads = integer(object, "heads");
  mask.document_start = elements<std::int32_t>(object, "documentStart");
  mask.document_end = elements<std::int32_t>(object, "documentEnd");
  return mask;
}

/**
 * planAttention(stream, { batch, heads, kvHeads, headDim, valueDim, elementType, outputType, scale, softcap, alibi, portable,
 * mask })
 */
Napi::Value planAttention(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  const auto problem = info[1].As<Napi::Object>();
  ops::AttentionShape shape;
  shape.batch = integer(problem, "batch");
  shape.heads = integer(problem, "heads");
  shape.kv_heads = integer(problem, "kvHeads");
  shape.head_dim = integer(problem, "headDim");
  shape.value_dim = integer(problem, "valueDim");
  shape.type = static_cast<ElementType>(integer(problem, "elementType"));
  shape.out_type = static_cast<ElementType>(integer(problem, "outputType"));
  shape.scale = static_cast<float>(number(problem, "scale"));
  shape.softcap = static_cast<float>(number(problem, "softcap"));
  shape.alibi = problem.Get("alibi").ToBoolean();
  shape.portable = problem.Get("portable").ToBoolean();
  shape.mask = readMask(problem.Get("mask").As<Napi::Object>());
  const cuda::DeviceProperties& properties = stream->device->context->device();
  return planAnswer(info.Env(), std::make_shared<AttentionPlanObject>(
                                    *stream, ops::make_attention_plan(shape, {properties.multiprocessors, properties.major})));
}

/** A view from four arguments: the address, and the strides of sequence, head and batch in elements. */
ops::AttentionView readView(ArgumentReader& next) {
  ops::AttentionView view;
  view.base = next.address();
  view.sequence_stride = next.size();
  view.head_stride = next.size();
  view.batch_stride = next.size();
  return view;
}

/** runAttention(plan, stream, q..., k..., v..., out..., lse, sinks, slopes) */
Napi::Value runAttention(const Napi::CallbackInfo& info) {
  ArgumentReader next(info);
  const auto object = next.handle<AttentionPlanObject>();
  const auto stream = next.handle<StreamObject>();
  ops::AttentionOperands operands;
  for (ops::AttentionView* view : {&operands.q, &operands.k, &operands.v, &operands.out}) *view = readView(next);
  operands.lse = next.address();
  operands.sinks = next.address();
  operands.slopes = next.address();
  launchPlan(*object, *stream, operands, [&](Device& device) {
    operands.counter = object->counters.address(stream);
    // Goes back to the pool at once, which hands it on only behind this launch.
    const cuda::DeviceBuffer workspace =
        device.context->allocate(static_cast<std::size_t>(object->plan.workspace_bytes), stream->stream);
    operands.workspace = workspace.pointer();
    ops::launch_attention(device.api(), device.context->modules(), object->plan, operands, stream->stream);
  });
  return info.Env().Undefined();
}

Napi::Value dropAttentionPlan(const Napi::CallbackInfo& info) {
  dropHandle<AttentionPlanObject>(info[0]);
  return info.Env().Undefined();
}

}  // namespace

void defineAttentionFunctions(Napi::Object exports) {
  define<planAttention>(exports, "planAttention", "sparsek.attention.plan");
  define<runAttention>(exports, "runAttention", "sparsek.attention");
  define<dropAttentionPlan>(exports, "dropAttentionPlan");
}

}  // namespace sparsek::binding
