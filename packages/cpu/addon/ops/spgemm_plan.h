// Plans and runs of sparse times sparse, row by row (Gustavson, ACM TOMS 4(3), 1978) on blocks.
#pragma once
#include <vector>

#include "pattern.h"
#include "plan.h"

namespace sparsek {

struct SpgemmProblem {
  PatternView a;
  PatternView b;
  Dtype dtype = Dtype::F32;
  Dtype outDtype = Dtype::F32;
  bool dense = false;
};

struct SpgemmInputs {
  ValuesView a;
  ValuesView b;
  ValuesView out;
  float alpha = 1.0f;
};

struct SpgemmPlan : Plan {
  /// Finds the blocks of C; gives up, with an unusable plan, once `cancelled` is set.
  SpgemmPlan(const KernelSet& set, const SpgemmProblem& problem, const Job& job);
  void addPhases(Job& job, const SpgemmInputs& inputs) const;

  /// Of C.
  Pattern result;

 private:
  struct Run;
  void runRow(const Run& run, std::int64_t row, Worker& worker) const;
  void prepareOperands(Job& job, Run& run, const SpgemmInputs& inputs) const;

  Pattern a_;
  Pattern b_;
  /// Products of a block of A with one of B.
  std::int64_t blockProducts_ = 0;
  Dtype dtype_;
  Dtype outDtype_;
  bool dense_;
};

}  // namespace sparsek
