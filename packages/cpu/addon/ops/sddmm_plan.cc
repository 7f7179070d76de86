#include "sddmm_plan.h"

#include <algorithm>
#include <memory>

#include "input_error.h"

namespace sparsek {
namespace {

/// Multiplications of a task.
constexpr std::int64_t kTaskProducts = std::int64_t{4} << 20;

}  // namespace

SddmmPlan::SddmmPlan(const KernelSet& set, const SddmmProblem& problem)
    : Plan(set),
      pattern_(problem.pattern, "pattern"),
      inner_(problem.inner),
      dtype_(problem.dtype),
      outDtype_(problem.outDtype),
      used_(static_cast<std::size_t>(pattern_.blockColumns())) {
  if (inner_ < 0) failArgument("Expected an extent that is not negative for inner");
  const std::int64_t products = pattern_.blockArea() * std::max<std::int64_t>(inner_, 1);
  const std::int64_t step = std::max<std::int64_t>(1, kTaskProducts / products);
  for (std::int64_t r = 0; r < pattern_.blockRows(); ++r) {
    const std::size_t row = static_cast<std::size_t>(r);
    const std::int64_t end = pattern_.indptr[row + 1];
    for (std::int64_t p = pattern_.indptr[row]; p < end; p += step) ranges_.push_back({r, p, std::min(p + step, end)});
  }
  for (const std::int32_t column : pattern_.indices) used_[static_cast<std::size_t>(column)] = true;
}

void SddmmPlan::addPhases(Job& job, const SddmmInputs& inputs) const {
  struct Run {
    SddmmArgs args{};
    std::shared_ptr<Buffer> packed;
  };
  const auto run = std::make_shared<Run>();
  SddmmArgs& args = run->args;
  args.m = pattern_.rows;
  args.n = pattern_.columns;
  args.inner = inner_;
  args.height = pattern_.height;
  args.width = pattern_.width;
  args.indptr = pattern_.indptr.data();
  args.columns = pattern_.indices.data();
  args.a = inputs.a;
  args.b = inputs.b;
  args.alpha = inputs.alpha;
  args.out = inputs.out.data;
  args.outDtype = outDtype_;
  args.cancelled = &job.cancelled;
  if (args.a.dtype != dtype_ || args.a.rows != args.m || args.a.columns != inner_) {
    failArgument("Expected a dense matrix of the plan's shape and dtype for a");
  }
  if (args.b.dtype != dtype_ || args.b.rows != inner_ || args.b.columns != args.n) {
    failArgument("Expected a dense matrix of the plan's shape and dtype for b");
  }
  checkView(args.a, inputs.aLength, "a");
  checkView(args.b, inputs.bLength, "b");
  const std::int64_t stored = pattern_.blocks() * pattern_.blockArea();
  checkLength(inputs.out.length, stored, "out");
  if (inputs.out.dtype != outDtype_) failArgument("Expected out of the plan's output dtype");
  job.work = static_cast<double>(stored) + static_cast<double>(stored + args.n) * static_cast<double>(inner_);
  if (pattern_.blocks() == 0) return;

  const SddmmKernels& sddmm = kernels.sddmm;
  const std::int64_t columnFloats = std::max<std::int64_t>(1, sddmm.columnSize(args));
  const std::int64_t columns = pattern_.blockColumns();
  const std::int64_t portion = std::min(columns, std::max<std::int64_t>(1, kPackedFloats / columnFloats));
  run->packed = BufferStore::take(buffers, columnFloats * portion);
  args.packed = run->packed->data();
  const std::int64_t scratch = sddmm.scratch(args);
  for (std::int64_t first = 0; first < columns; first += portion) {
    const std::int64_t count = std::min(portion, columns - first);
    const auto argsHere = [run, first, count] {
      SddmmArgs own = run->args;
      own.firstColumn = first;
      own.lastColumn = first + count;
      return own;
    };
    job.phases.push_back({count, [this, first, argsHere, &sddmm](std::int64_t task, Worker&) {
                            if (used_[static_cast<std::size_t>(first + task)]) sddmm.pack(argsHere(), first + task);
                          }});
    job.phases.push_back({static_cast<std::int64_t>(ranges_.size()),
                          [this, argsHere, scratch, &sddmm](std::int64_t task, Worker& worker) {
                            const BlockRange& range = ranges_[static_cast<std::size_t>(task)];
                            sddmm.run(argsHere(), range.row, range.begin, range.end, worker.scratch(scratch));
                          }});
  }
}

}  // namespace sparsek
