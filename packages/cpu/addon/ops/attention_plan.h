// Plans and runs of block-sparse attention.
#pragma once
#include <memory>

#include "array_view.h"
#include "plan.h"

namespace sparsek {

struct AttentionProblem {
  std::int64_t batch = 0;
  std::int64_t heads = 1;
  std::int64_t kvHeads = 1;
  std::int64_t headDim = 1;
  std::int64_t valueDim = 1;
  Dtype dtype = Dtype::F32;
  Dtype outDtype = Dtype::F32;
  /// [batch, seq, heads, dim] instead of [batch, heads, seq, dim].
  bool sequenceFirst = false;
  float scale = 1.0f;
  float softcap = 0.0f;
};

struct AttentionInputs {
  ValuesView q;
  ValuesView k;
  ValuesView v;
  ValuesView out;
  ArrayView<float> sinks;
  ArrayView<float> alibiSlopes;
  /// Null: not wanted.
  float* lse = nullptr;
  std::int64_t lseLength = 0;
};

struct AttentionPlan : Plan {
  /// Checks the mask, which the plan takes over; throws InputError.
  AttentionPlan(const KernelSet& set, const AttentionProblem& problem, BlockMask mask);
  void addPhases(Job& job, const AttentionInputs& inputs) const;

 private:
  AttentionView viewOf(const ValuesView& values, std::int64_t heads, std::int64_t length, std::int64_t dim,
                       Dtype dtype, const char* name) const;

  AttentionProblem problem_;
  BlockMask mask_;
};

}  // namespace sparsek
