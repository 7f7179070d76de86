// planAttention, runAttention, dropAttentionPlan

#include <algorithm>

#include "../ops/attention_launch.h"
#include "argument_reader.h"
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

double number(const Napi::Object& object, const char* name) { return toNumber(object.Get(name), name); }

std::int32_t integer(const Napi::Object& object, const char* name) { return toInteger(object.Get(name), name); }

std::int64_t size(const Napi::Object& object, const char* name) {
  return static_cast<std::int64_t>(toSize(object.Get(name), name));
}

/** Null where the property is undefined; else at least `needed` elements. */
template <typename Element>
const Element* elements(const Napi::Object& object, const char* name, std::uint64_t needed) {
  const Napi::Value value = object.Get(name);
  if (value.IsUndefined()) return nullptr;
  const Elements<Element> array = toElements<Element>(value, name);
  requireLength(object.Env(), array, needed, name);
  return array.data;
}

/** Words of a clause: bounds of diagonal, rows and columns, then the document relation. */
constexpr std::size_t kClauseWords = 7;
constexpr int kBitsOfWord = 32;

std::vector<Clause> readClauses(const Napi::Object& pattern) {
  const auto words = toElements<std::int32_t>(pattern.Get("clauses"), "clauses");
  std::vector<Clause> clauses;
  for (std::size_t i = 0; i + kClauseWords <= words.count; i += kClauseWords) {
    const std::int32_t* w = words.data + i;
    clauses.push_back({w[0], w[1], w[2], w[3], w[4], w[5], static_cast<attention::Relation>(w[6]), 0});
  }
  return clauses;
}

/** With the arrays as long as the planner reads them: it checks what they hold. */
ops::MaskPatternView readPattern(const Napi::Object& object, const ops::AttentionMaskView& mask) {
  ops::MaskPatternView pattern;
  pattern.clauses = readClauses(object);
  pattern.stored = object.Get("stored").ToBoolean();
  if (!pattern.stored) return pattern;
  const std::uint64_t rows = (static_cast<std::uint64_t>(mask.query_length) + mask.side - 1) / mask.side;
  const auto indptr = toElements<std::int32_t>(object.Get("indptr"), "indptr");
  requireLength(object.Env(), indptr, rows + 1, "indptr");
  pattern.indptr = indptr.data;
  const auto blocks = static_cast<std::uint64_t>(std::max(0, indptr.data[rows]));
  pattern.indices = elements<std::int32_t>(object, "indices", blocks);
  pattern.fill = elements<std::int32_t>(object, "fill", blocks);
  const Napi::Value bitmaps = object.Get("bitmaps");
  if (bitmaps.IsUndefined()) return pattern;
  const auto words = toElements<std::uint32_t>(bitmaps, "bitmaps");
  pattern.bitmaps = words.data;
  pattern.bitmap_count = static_cast<std::int64_t>(words.count) / (mask.side * (mask.side / kBitsOfWord));
  return pattern;
}

ops::AttentionMaskView readMask(const Napi::Object& object) {
  ops::AttentionMaskView mask;
  mask.query_length = size(object, "queryLength");
  mask.key_length = size(object, "keyLength");
  mask.side = integer(object, "side");
  if (mask.side < kBitsOfWord) {
    throw Napi::RangeError::New(object.Env(), expectedFor("32 or more", "side", object.Get("side")));
  }
  const auto patterns = object.Get("patterns").As<Napi::Array>();
  for (std::uint32_t i = 0; i < patterns.Length(); i += 1) {
    mask.patterns.push_back(readPattern(patterns.Get(i).As<Napi::Object>(), mask));
  }
  const auto map = toElements<std::int32_t>(object.Get("headMap"), "headMap");
  mask.head_map.assign(map.data, map.data + map.count);
  mask.batches = integer(object, "batches");
  mask.heads = integer(object, "heads");
  mask.document_start = elements<std::int32_t>(object, "documentStart", static_cast<std::uint64_t>(mask.key_length));
  mask.document_end = elements<std::int32_t>(object, "documentEnd", static_cast<std::uint64_t>(mask.key_length));
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
  launchWithWorkspace(*object, *stream, operands, [&](Device& device) {
    operands.counter = object->counters.address(stream);
    ops::launch_attention(device.api(), device.context->modules(), object->plan, operands, stream->stream);
  });
  return info.Env().Undefined();
}

}  // namespace

void defineAttentionFunctions(Napi::Object exports) {
  define<planAttention>(exports, "planAttention", "sparsek.attention.plan");
  define<runAttention>(exports, "runAttention", "sparsek.attention");
  define<drop<AttentionPlanObject>>(exports, "dropAttentionPlan");
}

}  // namespace sparsek::binding
