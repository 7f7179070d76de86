#include "spmm_plan.h"

#include <algorithm>
#include <memory>
#include <string>

#include "input_error.h"

namespace sparsek {
namespace {

/// Terms of a task, summed over its strips: about 40 microseconds of work, a thousand times what handing it out costs.
constexpr std::int64_t kTaskTerms = 16384;
/// A strip without any block still writes its part of the result.
constexpr std::int64_t kStripTerms = 16;
/// Uses of a row of B below which it is not worth copying.
constexpr std::int64_t kUsesWorthPacking = 4;

}  // namespace

SpmmPlan::SpmmPlan(const KernelSet& set, const SpmmProblem& problem)
    : Plan(set),
      spmm_(problem.hybrid ? set.hybrid : set.spmm),
      transpose_(problem.transpose),
      hybrid_(problem.hybrid),
      transposedOut_(problem.transposedOut),
      columns_(problem.columns),
      dtype_(problem.dtype),
      outDtype_(problem.outDtype),
      activation_(problem.activation) {
  Pattern stored(problem.pattern, "pattern");
  storedBlocks_ = stored.blocks();
  if (columns_ < 0) failArgument("Expected an extent that is not negative for denseExtent");
  pattern_ = transpose_ ? transposed(stored, positions_) : std::move(stored);
  longestRow_ = pattern_.longestRow();
  if (hybrid_) copyCompressed(problem);
  cutIntoTasks();
}

void SpmmPlan::copyCompressed(const SpmmProblem& problem) {
  if (pattern_.width % 8 != 0 || transpose_) failArgument("Expected a block width that is a multiple of 8 for a");
  checkLength(problem.kinds.length, storedBlocks_, "kinds");
  const std::int64_t area = pattern_.blockArea();
  std::int64_t values = 0, metadata = 0;
  kinds_.assign(problem.kinds.data, problem.kinds.data + problem.kinds.length);
  for (const std::uint8_t kind : kinds_) {
    if (kind > 1) failMatrix("Expected 0 or 1 in kinds but received " + std::to_string(kind));
    valueOffsets_.push_back(values);
    metadataOffsets_.push_back(metadata);
    values += kind == 0 ? area : area / 2;
    metadata += kind == 0 ? 0 : area / 8;
  }
  if (problem.values.dtype != dtype_) failArgument("Expected values of the problem's dtype");
  checkLength(problem.values.length, values, "values");
  checkLength(problem.metadata.length, metadata, "metadata");
  metadata_.assign(problem.metadata.data, problem.metadata.data + metadata);
  const auto* bytes = static_cast<const std::uint8_t*>(problem.values.data);
  values_.assign(bytes, bytes + values * elementSize(dtype_));
}

void SpmmPlan::cutIntoTasks() {
  const std::int64_t stripsPerRow = ceilDivide(pattern_.height, spmm_.stripRows);
  std::int64_t terms = 0, all = 0;
  strips_.push_back(0);
  for (std::int64_t r = 0; r < pattern_.blockRows(); ++r) {
    const std::size_t row = static_cast<std::size_t>(r);
    const std::int64_t blocks = pattern_.indptr[row + 1] - pattern_.indptr[row];
    for (std::int64_t s = 0; s < stripsPerRow; ++s) {
      terms += blocks * pattern_.width + kStripTerms;
      if (terms < kTaskTerms) continue;
      all += terms;
      terms = 0;
      strips_.push_back(r * stripsPerRow + s + 1);
    }
  }
  const std::int64_t strips = pattern_.blockRows() * stripsPerRow;
  if (strips_.back() != strips) strips_.push_back(strips);
  direct_ = !hybrid_ && all + terms < kUsesWorthPacking * pattern_.columns;
}

SpmmArgs SpmmPlan::argumentsFor(const SpmmInputs& inputs) const {
  SpmmArgs args{};
  args.m = pattern_.rows;
  args.k = pattern_.columns;
  args.n = columns_;
  args.height = pattern_.height;
  args.width = pattern_.width;
  args.indptr = pattern_.indptr.data();
  args.columns = pattern_.indices.data();
  args.positions = transpose_ ? positions_.data() : nullptr;
  args.dtype = dtype_;
  args.aBlock = pattern_.blockArea();
  args.aRow = transpose_ ? 1 : pattern_.width;
  args.aDepth = transpose_ ? pattern_.height : 1;
  args.packedRows = pattern_.columns;
  if (hybrid_) {
    args.values = values_.data();
    args.valueCount = static_cast<std::int64_t>(values_.size()) / elementSize(dtype_);
    args.hybrid = {kinds_.data(), valueOffsets_.data(), metadataOffsets_.data(), metadata_.data()};
    args.packedRows = ceilDivide(pattern_.columns, 8) * 8;
  } else {
    checkLength(inputs.values.length, storedBlocks_ * args.aBlock, "values");
    if (inputs.values.dtype != dtype_) failArgument("Expected values of the plan's dtype");
    args.values = inputs.values.data;
    args.valueCount = inputs.values.length;
  }
  if (inputs.b.dtype != dtype_ || inputs.b.rows != args.k || inputs.b.columns != args.n) {
    failArgument("Expected a dense matrix of the plan's shape and dtype for dense");
  }
  checkView(inputs.b, inputs.bLength, "dense");
  args.b = inputs.b;
  args.direct = direct_ && dtype_ == Dtype::F32 && inputs.b.columnStride == 1;

  Epilogue& e = args.epilogue;
  checkLength(inputs.out.length, args.m * args.n, "out");
  if (inputs.out.dtype != outDtype_) failArgument("Expected out of the plan's output dtype");
  e.out = inputs.out.data;
  e.dtype = outDtype_;
  e.outRow = transposedOut_ ? 1 : args.n;
  e.outColumn = transposedOut_ ? args.m : 1;
  e.alpha = inputs.alpha;
  e.beta = inputs.beta;
  if (inputs.beta != 0.0f) {
    if (inputs.c.dtype != outDtype_) failArgument("Expected c of the plan's output dtype");
    checkView({inputs.c.data, outDtype_, args.m, args.n, inputs.cRow, inputs.cColumn}, inputs.c.length, "c");
    e.c = inputs.c.data;
    e.cRow = inputs.cRow;
    e.cColumn = inputs.cColumn;
  }
  if (inputs.bias.length != 0 || inputs.bias.data != nullptr) {
    checkLength(inputs.bias.length, args.m, "bias");
    e.bias = inputs.bias.data;
  }
  e.activation = activation_;
  return args;
}

void SpmmPlan::addPhases(Job& job, const SpmmInputs& inputs) const {
  // Shared by all tasks; the buffer stays the run's until the last phase is gone.
  struct Run {
    SpmmArgs args;
    std::shared_ptr<Buffer> packed;
  };
  const auto run = std::make_shared<Run>();
  run->args = argumentsFor(inputs);
  run->args.cancelled = &job.cancelled;
  const SpmmArgs& args = run->args;
  job.work = static_cast<double>(args.n) * static_cast<double>(storedBlocks_ * args.aBlock + args.packedRows + args.m);
  if (args.m == 0 || args.n == 0) return;

  const std::int64_t panels = ceilDivide(args.n, spmm_.panelColumns);
  const std::int64_t panelFloats = args.packedRows * spmm_.panelColumns;
  const std::int64_t portion =
      args.direct ? panels : std::min(panels, std::max<std::int64_t>(1, kPackedFloats / std::max<std::int64_t>(1, panelFloats)));
  run->packed = BufferStore::take(buffers, panelFloats * (args.direct ? 1 : portion));
  run->args.packed = run->packed->data();

  const SpmmKernels& kernels = spmm_;
  const std::int64_t pieces = ceilDivide(args.packedRows, kPackedRows);
  const std::int64_t scratch = kernels.scratch(args, longestRow_);
  const std::int64_t tasks = static_cast<std::int64_t>(strips_.size()) - 1;
  for (std::int64_t first = 0; first < panels; first += portion) {
    const std::int64_t count = std::min(portion, panels - first);
    // In direct mode all but the last panel are skipped by the packing itself.
    job.phases.push_back({count * pieces, [run, first, pieces, &kernels](std::int64_t task, Worker&) {
                            SpmmArgs own = run->args;
                            own.firstPanel = first;
                            const std::int64_t row0 = task % pieces * kPackedRows;
                            kernels.pack(own, first + task / pieces, row0,
                                         std::min(row0 + kPackedRows, own.packedRows));
                          }});
    job.phases.push_back({count * tasks, [this, run, first, tasks, scratch, &kernels](std::int64_t task, Worker& worker) {
                            SpmmArgs own = run->args;
                            own.firstPanel = first;
                            const std::size_t t = static_cast<std::size_t>(task % tasks);
                            kernels.run(own, first + task / tasks, strips_[t], strips_[t + 1],
                                        worker.scratch(scratch));
                          }});
  }
}

}  // namespace sparsek
