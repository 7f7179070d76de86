// Plans and runs of sparse times dense, where the sparse matrix is BSR or holds 2:4-compressed blocks.
#pragma once
#include <vector>

#include "pattern.h"
#include "plan.h"

namespace sparsek {

struct SpmmProblem {
  PatternView pattern;
  /// Use the transpose of the pattern's matrix.
  bool transpose = false;
  /// Columns of B.
  std::int64_t columns = 0;
  Dtype dtype = Dtype::F32;
  Dtype outDtype = Dtype::F32;
  Activation activation = Activation::None;
  /// The result is written transposed: C's element (m, n) at n * rows + m.
  bool transposedOut = false;
  /// Only for matrices with compressed blocks, whose values belong to the plan.
  bool hybrid = false;
  ArrayView<std::uint8_t> kinds;
  ArrayView<std::uint8_t> metadata;
  ValuesView values;
};

struct SpmmInputs {
  /// Ignored for hybrid plans.
  ValuesView values;
  DenseView b;
  std::int64_t bLength = 0;
  ValuesView c;
  std::int64_t cRow = 0;
  std::int64_t cColumn = 0;
  ValuesView out;
  ArrayView<float> bias;
  float alpha = 1.0f;
  float beta = 0.0f;
};

struct SpmmPlan : Plan {
  /// Copies, checks and indexes the structure; throws InputError.
  SpmmPlan(const KernelSet& set, const SpmmProblem& problem);

  /// Appends the phases of one run; throws InputError where the inputs do not fit the plan.
  void addPhases(Job& job, const SpmmInputs& inputs) const;

 private:
  void copyCompressed(const SpmmProblem& problem);
  void cutIntoTasks();
  SpmmArgs argumentsFor(const SpmmInputs& inputs) const;

  const SpmmKernels& spmm_;
  /// Of op(A).
  Pattern pattern_;
  std::vector<std::int32_t> positions_;
  std::int64_t storedBlocks_ = 0;
  bool transpose_;
  bool hybrid_;
  bool transposedOut_;
  std::int64_t columns_;
  Dtype dtype_;
  Dtype outDtype_;
  Activation activation_;
  std::int64_t longestRow_ = 0;
  /// Task t of a panel computes the strips [strips_[t], strips_[t + 1]).
  std::vector<std::int64_t> strips_;
  /// B is read in place: each of its rows is used too seldom to repay the copy.
  bool direct_ = false;
  std::vector<std::uint8_t> kinds_;
  std::vector<std::uint8_t> metadata_;
  std::vector<std::uint8_t> values_;
  std::vector<std::int64_t> valueOffsets_;
  std::vector<std::int64_t> metadataOffsets_;
};

}  // namespace sparsek
