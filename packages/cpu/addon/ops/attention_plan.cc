#include "attention_plan.h"

#include <algorithm>
#include <string>

#include "input_error.h"
#include "pattern.h"

namespace sparsek {
namespace {

/// Widest head: scratch is a few tiles of 64 rows, and a row must fit an int.
constexpr std::int64_t kMostDim = std::int64_t{1} << 20;
constexpr std::int64_t kMostTokens = 0x7fffffff;
/// What the exponential of a score and its mask take, in multiplications.
constexpr std::int64_t kScoreTerms = 16;

void checkStoredPattern(const BlockMask& mask, const MaskPattern& pattern, const std::string& name) {
  checkCompressed(pattern.indptr, pattern.indices, ceilDivide(mask.queryLength, mask.blockQueries),
                  ceilDivide(mask.keyLength, mask.blockKeys), "INVALID_MASK", name.c_str());
  // The walk merges rows by their order.
  for (std::size_t r = 0; r + 1 < pattern.indptr.size(); ++r) {
    for (std::int32_t p = pattern.indptr[r] + 1; p < pattern.indptr[r + 1]; ++p) {
      if (pattern.indices[static_cast<std::size_t>(p)] <= pattern.indices[static_cast<std::size_t>(p) - 1]) {
        failMask("Expected increasing block columns in block row " + std::to_string(r) + " of " + name);
      }
    }
  }
  if (pattern.fill.empty()) return;
  if (pattern.fill.size() != pattern.indices.size()) failMask("Expected one fill a block for " + name);
  const std::int64_t words = mask.blockQueries * ceilDivide(mask.blockKeys, 32);
  const std::int64_t bitmaps = static_cast<std::int64_t>(pattern.bitmaps.size()) / words;
  for (const std::int32_t fill : pattern.fill) {
    if (fill < 0 || fill >= kFirstBitmap + bitmaps) failMask("Expected a fill in range for " + name);
  }
}

void checkMask(const BlockMask& mask, const AttentionProblem& problem) {
  const auto extent = [](std::int64_t length) { return length >= 0 && length <= kMostTokens; };
  if (!extent(mask.queryLength) || !extent(mask.keyLength)) failMask("Expected lengths below 2^31 for mask");
  if (mask.blockQueries < 1 || mask.blockKeys < 1 || mask.blockQueries > kMostTokens || mask.blockKeys > kMostTokens) {
    failMask("Expected block extents from 1 for mask.blockShape");
  }
  const bool shared = (mask.batches == 1 || mask.batches == problem.batch) &&
                      (mask.heads == 1 || mask.heads == problem.heads) &&
                      static_cast<std::int64_t>(mask.headMap.size()) == mask.batches * mask.heads;
  if (!shared) failMask("Expected a headMap of batches x heads for mask");
  for (const std::int32_t pattern : mask.headMap) {
    if (pattern < 0 || static_cast<std::size_t>(pattern) >= mask.patterns.size()) {
      failMask("Expected a pattern in range in mask.headMap");
    }
  }
  bool documents = false;
  for (std::size_t i = 0; i < mask.patterns.size(); ++i) {
    const MaskPattern& pattern = mask.patterns[i];
    if (pattern.stored) checkStoredPattern(mask, pattern, "mask.patterns[" + std::to_string(i) + "]");
    for (const MaskClause& clause : pattern.clauses) documents |= clause.document != DocumentRelation::Any;
  }
  const bool wanted = documents || !mask.documentStart.empty() || !mask.documentEnd.empty();
  if (wanted && (static_cast<std::int64_t>(mask.documentStart.size()) != mask.keyLength ||
                 static_cast<std::int64_t>(mask.documentEnd.size()) != mask.keyLength)) {
    failMask("Expected one document span a key for mask.documents");
  }
}

}  // namespace

AttentionPlan::AttentionPlan(const KernelSet& set, const AttentionProblem& problem, BlockMask mask)
    : Plan(set), problem_(problem), mask_(std::move(mask)) {
  const bool heads = problem.batch >= 0 && problem.heads >= 1 && problem.kvHeads >= 1 &&
                     problem.heads <= kMostTokens && problem.batch <= kMostTokens &&
                     problem.heads % problem.kvHeads == 0;
  if (!heads) failArgument("Expected heads that are a multiple of kvHeads");
  const auto dim = [](std::int64_t d) { return d >= 1 && d <= kMostDim; };
  if (!dim(problem.headDim) || !dim(problem.valueDim)) {
    failArgument("Expected 1 to 2^20 for headDim and valueDim");
  }
  checkMask(mask_, problem_);
}

AttentionView AttentionPlan::viewOf(const ValuesView& values, std::int64_t heads, std::int64_t length, std::int64_t dim,
                                    Dtype dtype, const char* name) const {
  if (values.dtype != dtype) failArgument(std::string("Expected the plan's dtype for ") + name);
  const __int128 elements = static_cast<__int128>(problem_.batch) * heads * length * dim;
  if (elements != values.length) {
    failArgument(std::string("Expected batch * heads * length * dim elements for ") + name + " but received length " +
                 std::to_string(values.length));
  }
  if (problem_.sequenceFirst) return {values.data, length * heads * dim, dim, heads * dim};
  return {values.data, heads * length * dim, length * dim, dim};
}

void AttentionPlan::addPhases(Job& job, const AttentionInputs& inputs) const {
  AttentionArgs args{};
  args.heads = problem_.heads;
  args.kvHeads = problem_.kvHeads;
  args.headDim = static_cast<int>(problem_.headDim);
  args.valueDim = static_cast<int>(problem_.valueDim);
  args.dtype = problem_.dtype;
  args.q = viewOf(inputs.q, problem_.heads, mask_.queryLength, problem_.headDim, problem_.dtype, "q");
  args.k = viewOf(inputs.k, problem_.kvHeads, mask_.keyLength, problem_.headDim, problem_.dtype, "k");
  args.v = viewOf(inputs.v, problem_.kvHeads, mask_.keyLength, problem_.valueDim, problem_.dtype, "v");
  args.o = viewOf(inputs.out, problem_.heads, mask_.queryLength, problem_.valueDim, problem_.outDtype, "out");
  args.outDtype = problem_.outDtype;
  args.scale = problem_.scale;
  args.softcap = problem_.softcap;
  const auto perHead = [&](const ArrayView<float>& values, const char* name) -> const float* {
    if (values.data == nullptr && values.length == 0) return nullptr;
    checkLength(values.length, problem_.heads, name);
    return values.data;
  };
  args.sinks = perHead(inputs.sinks, "sinks");
  args.alibiSlopes = perHead(inputs.alibiSlopes, "alibiSlopes");
  if (inputs.lse != nullptr) {
    checkLength(inputs.lseLength, problem_.batch * problem_.heads * mask_.queryLength, "lse");
    args.lse = inputs.lse;
  }
  args.mask = &mask_;
  args.cancelled = &job.cancelled;
  // As if every pair were visible: where few are, the work is in walking the mask.
  job.work = static_cast<double>(problem_.batch * problem_.heads) *
             static_cast<double>(mask_.queryLength * mask_.keyLength) *
             static_cast<double>(problem_.headDim + problem_.valueDim + kScoreTerms);
  if (inputs.out.length == 0) return;

  const std::int64_t tiles = ceilDivide(mask_.queryLength, kTileQueries);
  const AttentionKernels& attention = kernels.attention;
  const std::int64_t scratch = attention.scratch(args);
  // Neighbouring tiles of one head follow each other: they mostly see the same keys, which are then in the cache.
  job.phases.push_back({problem_.batch * problem_.heads * tiles, [this, args, tiles, scratch, &attention](std::int64_t task, Worker& worker) {
                          const std::int64_t query = task % tiles * kTileQueries;
                          const std::int64_t head = task / tiles % problem_.heads;
                          const std::int64_t batch = task / tiles / problem_.heads;
                          const int queries =
                              static_cast<int>(std::min<std::int64_t>(kTileQueries, mask_.queryLength - query));
                          attention.run(args, batch, head, query, queries, worker.scratch(scratch), worker.mask);
                        }});
}

}  // namespace sparsek
