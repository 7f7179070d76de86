// Plans and runs of dense times dense at the stored blocks of a layout.
#pragma once
#include <vector>

#include "pattern.h"
#include "plan.h"

namespace sparsek {

struct SddmmProblem {
  PatternView pattern;
  std::int64_t inner = 0;
  Dtype dtype = Dtype::F32;
  Dtype outDtype = Dtype::F32;
};

struct SddmmInputs {
  DenseView a;
  std::int64_t aLength = 0;
  DenseView b;
  std::int64_t bLength = 0;
  ValuesView out;
  float alpha = 1.0f;
};

struct SddmmPlan : Plan {
  SddmmPlan(const KernelSet& set, const SddmmProblem& problem);
  void addPhases(Job& job, const SddmmInputs& inputs) const;

 private:
  struct BlockRange {
    std::int64_t row, begin, end;
  };

  Pattern pattern_;
  std::int64_t inner_;
  Dtype dtype_;
  Dtype outDtype_;
  std::vector<BlockRange> ranges_;
  /// Block columns that hold a block.
  std::vector<bool> used_;
};

}  // namespace sparsek
