#include <algorithm>
#include <memory>
#include <utility>

#include "../ops/attention_plan.h"
#include "../ops/pattern.h"
#include "arguments.h"
#include "operations.h"
#include "plan_handle.h"

namespace sparsek {
namespace {

/// Stands for an infinite bound: farther than any position, and no sum with a position overflows.
constexpr double kFar = 1ll << 52;

/// Numbers that describe a clause: diagonal, rows, columns (two each), document relation.
constexpr std::int64_t kClauseNumbers = 7;

template <typename T>
std::vector<T> copyOf(const ArrayView<T>& view) {
  return view.data == nullptr ? std::vector<T>() : std::vector<T>(view.data, view.data + view.length);
}

/// Clauses travel as numbers, seven each.
std::vector<MaskClause> clausesAt(const Napi::Object& from) {
  const Napi::Value value = from.Get("clauses");
  if (value.IsUndefined()) return {};
  if (!value.IsArray()) throw Napi::TypeError::New(from.Env(), "Expected an array for clauses");
  const Napi::Array numbers = value.As<Napi::Array>();
  std::vector<MaskClause> clauses;
  const auto bound = [&](std::uint32_t index) {
    const Napi::Value number = numbers.Get(index);
    const double bounded = number.IsNumber() ? number.As<Napi::Number>().DoubleValue() : 0.0;
    // A NaN compares false both times and ends as an empty bound of 0.
    return static_cast<std::int64_t>(bounded > kFar ? kFar : bounded < -kFar ? -kFar : bounded == bounded ? bounded : 0.0);
  };
  for (std::uint32_t i = 0; i + kClauseNumbers <= numbers.Length(); i += kClauseNumbers) {
    const std::int64_t relation = std::min<std::int64_t>(std::max<std::int64_t>(bound(i + 6), 0), 3);
    clauses.push_back({bound(i), bound(i + 1), bound(i + 2), bound(i + 3), bound(i + 4), bound(i + 5),
                       static_cast<DocumentRelation>(relation)});
  }
  return clauses;
}

/// The arrays of a mask, read on the JavaScript thread and copied by the job.
struct PatternSource {
  bool stored = false;
  ArrayView<std::int32_t> indptr, indices, fill;
  ArrayView<std::uint32_t> bitmaps;
  std::vector<MaskClause> clauses;
};

struct MaskSource {
  BlockMask mask;
  std::vector<PatternSource> patterns;
  ArrayView<std::int32_t> headMap, documentStart, documentEnd;

  double planningWork() const {
    std::int64_t numbers = headMap.length + documentStart.length + documentEnd.length;
    for (const PatternSource& source : patterns) {
      numbers += source.indptr.length + source.indices.length + source.fill.length + source.bitmaps.length;
    }
    return kIndexTerms * static_cast<double>(numbers);
  }

  BlockMask copy() const {
    BlockMask result = mask;
    for (const PatternSource& source : patterns) {
      MaskPattern pattern;
      pattern.stored = source.stored;
      pattern.indptr = copyOf(source.indptr);
      pattern.indices = copyOf(source.indices);
      pattern.fill = copyOf(source.fill);
      pattern.bitmaps = copyOf(source.bitmaps);
      pattern.clauses = source.clauses;
      result.patterns.push_back(std::move(pattern));
    }
    result.headMap = copyOf(headMap);
    result.documentStart = copyOf(documentStart);
    result.documentEnd = copyOf(documentEnd);
    return result;
  }
};

MaskSource maskAt(const Napi::Object& from) {
  const Napi::Object object = objectAt(from, "mask");
  MaskSource source;
  source.mask.queryLength = integerAt(object, "queryLength");
  source.mask.keyLength = integerAt(object, "keyLength");
  source.mask.blockQueries = integerAt(object, "blockQueries");
  source.mask.blockKeys = integerAt(object, "blockKeys");
  source.mask.batches = integerAt(object, "batches");
  source.mask.heads = integerAt(object, "heads");
  source.headMap = int32At(object, "headMap");
  source.documentStart = int32At(object, "documentStart", true);
  source.documentEnd = int32At(object, "documentEnd", true);
  const Napi::Object patterns = objectAt(object, "patterns");
  const std::uint32_t count = patterns.IsArray() ? patterns.As<Napi::Array>().Length() : 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Napi::Value item = patterns.Get(i);
    if (!item.IsObject()) throw Napi::TypeError::New(from.Env(), "Expected objects in mask.patterns");
    const Napi::Object pattern = item.As<Napi::Object>();
    PatternSource entry;
    entry.stored = booleanAt(pattern, "stored");
    entry.clauses = clausesAt(pattern);
    if (entry.stored) {
      entry.indptr = int32At(pattern, "indptr");
      entry.indices = int32At(pattern, "indices");
      entry.fill = int32At(pattern, "fill", true);
      entry.bitmaps = uint32At(pattern, "bitmaps", true);
    }
    source.patterns.push_back(std::move(entry));
  }
  return source;
}

}  // namespace

Napi::Value planAttention(const Napi::CallbackInfo& info) {
  const Napi::Object from = argumentAt(info, 0);
  AttentionProblem problem;
  problem.batch = integerAt(from, "batch");
  problem.heads = integerAt(from, "heads");
  problem.kvHeads = integerAt(from, "kvHeads");
  problem.headDim = integerAt(from, "headDim");
  problem.valueDim = integerAt(from, "valueDim");
  problem.dtype = dtypeAt(from, "dtype");
  problem.outDtype = dtypeAt(from, "outputDtype");
  problem.sequenceFirst = booleanAt(from, "sequenceFirst");
  problem.scale = static_cast<float>(numberAt(from, "scale"));
  problem.softcap = static_cast<float>(numberAt(from, "softcap"));
  const auto source = std::make_shared<MaskSource>(maskAt(from));
  const KernelSet& kernels = kernelsAt(argumentAt(info, 1));
  return startPlanning(info, source->planningWork(), [&kernels, problem, source](const Job&) {
    return std::make_shared<AttentionPlan>(kernels, problem, source->copy());
  });
}

Napi::Value runAttention(const Napi::CallbackInfo& info) {
  const Napi::Object from = argumentAt(info, 1);
  const Dtype dtype = dtypeAt(from, "dtype");
  AttentionInputs inputs;
  inputs.q = valuesAt(from, "q", dtype);
  inputs.k = valuesAt(from, "k", dtype);
  inputs.v = valuesAt(from, "v", dtype);
  inputs.out = valuesAt(from, "out", dtypeAt(from, "outputDtype"));
  inputs.sinks = floatAt(from, "sinks", true);
  inputs.alibiSlopes = floatAt(from, "alibiSlopes", true);
  const ArrayView<float> lse = floatAt(from, "lse", true);
  inputs.lse = const_cast<float*>(lse.data);
  inputs.lseLength = lse.length;
  return runWith<AttentionPlan>(info, inputs);
}

}  // namespace sparsek
