#include "spgemm_plan.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "input_error.h"

namespace sparsek {
namespace {

constexpr std::size_t kMostBlocks = 0x7fffffff;
/// Values that a converting task handles.
constexpr std::int64_t kConverted = std::int64_t{1} << 16;

/// The block products of one row of C, sorted by block of C. Kept by a thread from row to row.
struct RowProducts {
  std::vector<std::int64_t> begin;
  std::vector<std::int64_t> next;
  std::vector<std::int32_t> slot;
  std::vector<std::int32_t> a;
  std::vector<std::int32_t> b;
};

}  // namespace

struct SpgemmPlan::Run {
  SpgemmArgs args{};
  ValuesView out;
  std::shared_ptr<Buffer> a;
  std::shared_ptr<Buffer> b;
  const bool* cancelled = nullptr;
};

SpgemmPlan::SpgemmPlan(const KernelSet& set, const SpgemmProblem& problem, const Job& job)
    : Plan(set),
      a_(problem.a, "a"),
      b_(problem.b, "b"),
      dtype_(problem.dtype),
      outDtype_(problem.outDtype),
      dense_(problem.dense) {
  if (a_.columns != b_.rows || a_.width != b_.height) {
    failArgument("Expected as many rows, in blocks of the same extent, for b as a has columns");
  }
  result.rows = a_.rows;
  result.columns = b_.columns;
  result.height = a_.height;
  result.width = b_.width;
  result.indptr.push_back(0);
  std::vector<std::int64_t> seen(static_cast<std::size_t>(b_.blockColumns()), -1);
  for (std::int64_t r = 0; r < a_.blockRows() && !job.isStopped(); ++r) {
    const std::size_t begin = result.indices.size();
    for (std::int32_t p = a_.indptr[static_cast<std::size_t>(r)]; p < a_.indptr[static_cast<std::size_t>(r) + 1]; ++p) {
      const std::size_t inner = static_cast<std::size_t>(a_.indices[static_cast<std::size_t>(p)]);
      blockProducts_ += b_.indptr[inner + 1] - b_.indptr[inner];
      for (std::int32_t q = b_.indptr[inner]; q < b_.indptr[inner + 1]; ++q) {
        const std::int32_t column = b_.indices[static_cast<std::size_t>(q)];
        if (seen[static_cast<std::size_t>(column)] == r) continue;
        seen[static_cast<std::size_t>(column)] = r;
        result.indices.push_back(column);
      }
    }
    if (result.indices.size() > kMostBlocks) failMatrix("Expected fewer than 2^31 blocks for the product");
    std::sort(result.indices.begin() + static_cast<std::ptrdiff_t>(begin), result.indices.end());
    result.indptr.push_back(static_cast<std::int32_t>(result.indices.size()));
  }
}

/// Points the kernel at float32 blocks: where they lie if the layout suits it, else converted by a phase of its own.
void SpgemmPlan::prepareOperands(Job& job, Run& run, const SpgemmInputs& inputs) const {
  const SpgemmKernels& spgemm = kernels.spgemm;
  const std::int64_t lanes = spgemm.lanes;
  run.args.bRow = ceilDivide(b_.width, lanes) * lanes;
  if (dtype_ == Dtype::F32) {
    run.args.a = static_cast<const float*>(inputs.a.data);
  } else {
    const std::int64_t count = inputs.a.length;
    run.a = BufferStore::take(buffers, count);
    run.args.a = run.a->data();
    job.phases.push_back({ceilDivide(count, kConverted), [&spgemm, inputs, count, held = run.a](std::int64_t task, Worker&) {
                            const std::int64_t first = task * kConverted;
                            spgemm.convert(inputs.a.data, inputs.a.dtype, first, std::min(kConverted, count - first),
                                           held->data() + first);
                          }});
  }
  if (dtype_ == Dtype::F32 && b_.width % lanes == 0) {
    run.args.b = static_cast<const float*>(inputs.b.data);
    return;
  }
  const std::int64_t blockFloats = b_.height * run.args.bRow;
  run.b = BufferStore::take(buffers, b_.blocks() * blockFloats);
  run.args.b = run.b->data();
  const std::int64_t step = std::max<std::int64_t>(1, kConverted / blockFloats);
  job.phases.push_back(
      {ceilDivide(b_.blocks(), step), [this, &spgemm, inputs, step, blockFloats, held = run.b](std::int64_t task, Worker&) {
         const std::int64_t end = std::min((task + 1) * step, b_.blocks());
         for (std::int64_t block = task * step; block < end; ++block) {
           spgemm.pad(inputs.b.data, inputs.b.dtype, block, b_.height, b_.width, held->data() + block * blockFloats);
         }
       }});
}

void SpgemmPlan::addPhases(Job& job, const SpgemmInputs& inputs) const {
  checkLength(inputs.a.length, a_.blocks() * a_.blockArea(), "aValues");
  checkLength(inputs.b.length, b_.blocks() * b_.blockArea(), "bValues");
  if (inputs.a.dtype != dtype_ || inputs.b.dtype != dtype_) failArgument("Expected values of the plan's dtype");
  if (inputs.out.dtype != outDtype_) failArgument("Expected out of the plan's output dtype");
  checkLength(inputs.out.length, dense_ ? result.rows * result.columns : result.blocks() * result.blockArea(), "out");
  job.work = static_cast<double>(blockProducts_) * static_cast<double>(a_.blockArea() * b_.width) +
             static_cast<double>(inputs.a.length + inputs.b.length + inputs.out.length);
  if (inputs.out.length == 0) return;
  const auto run = std::make_shared<Run>();
  run->args.height = a_.height;
  run->args.inner = a_.width;
  run->args.width = b_.width;
  run->args.alpha = inputs.alpha;
  run->out = inputs.out;
  run->cancelled = &job.cancelled;
  prepareOperands(job, *run, inputs);
  job.phases.push_back({a_.blockRows(), [this, run](std::int64_t row, Worker& worker) { runRow(*run, row, worker); }});
}

void SpgemmPlan::runRow(const Run& run, std::int64_t row, Worker& worker) const {
  thread_local RowProducts products;
  const std::size_t r = static_cast<std::size_t>(row);
  const std::int64_t first = result.indptr[r], blocks = result.indptr[r + 1] - first;
  products.begin.assign(static_cast<std::size_t>(blocks) + 1, 0);
  products.slot.resize(static_cast<std::size_t>(result.blockColumns()));
  for (std::int64_t i = 0; i < blocks; ++i) {
    products.slot[static_cast<std::size_t>(result.indices[static_cast<std::size_t>(first + i)])] =
        static_cast<std::int32_t>(i);
  }
  const auto forEachProduct = [&](auto visit) {
    for (std::int32_t p = a_.indptr[r]; p < a_.indptr[r + 1]; ++p) {
      const std::size_t inner = static_cast<std::size_t>(a_.indices[static_cast<std::size_t>(p)]);
      for (std::int32_t q = b_.indptr[inner]; q < b_.indptr[inner + 1]; ++q) {
        const std::size_t column = static_cast<std::size_t>(b_.indices[static_cast<std::size_t>(q)]);
        visit(p, q, static_cast<std::size_t>(products.slot[column]));
      }
    }
  };
  forEachProduct([&](std::int32_t, std::int32_t, std::size_t slot) { ++products.begin[slot + 1]; });
  for (std::size_t i = 1; i < products.begin.size(); ++i) products.begin[i] += products.begin[i - 1];
  products.next.assign(products.begin.begin(), products.begin.end() - 1);
  products.a.resize(static_cast<std::size_t>(products.begin.back()));
  products.b.resize(products.a.size());
  forEachProduct([&](std::int32_t p, std::int32_t q, std::size_t slot) {
    const std::size_t at = static_cast<std::size_t>(products.next[slot]++);
    products.a[at] = p;
    products.b[at] = q;
  });

  const SpgemmKernels& spgemm = kernels.spgemm;
  float* scratch = worker.scratch(spgemm.scratch(run.args));
  const std::int64_t row0 = row * result.height;
  const int rows = static_cast<int>(std::min<std::int64_t>(result.height, result.rows - row0));
  if (dense_) {
    const std::int64_t bytes = elementSize(outDtype_);
    std::memset(static_cast<char*>(run.out.data) + row0 * result.columns * bytes, 0,
                static_cast<std::size_t>(rows * result.columns * bytes));
  }
  for (std::int64_t i = 0; i < blocks && !__atomic_load_n(run.cancelled, __ATOMIC_RELAXED); ++i) {
    const std::size_t slot = static_cast<std::size_t>(i);
    const std::int64_t column = std::int64_t{result.indices[static_cast<std::size_t>(first + i)]} * result.width;
    const int columns = static_cast<int>(std::min<std::int64_t>(result.width, result.columns - column));
    const SpgemmTarget target =
        dense_ ? SpgemmTarget{run.out.data, outDtype_, row0 * result.columns + column, result.columns,
                              rows,         columns,   rows,                           columns}
               : SpgemmTarget{run.out.data,  outDtype_, (first + i) * result.blockArea(), result.width,
                              rows,          columns,   result.height,                    result.width};
    const std::size_t begin = static_cast<std::size_t>(products.begin[slot]);
    spgemm.run(run.args, products.a.data() + begin, products.b.data() + begin,
               products.begin[slot + 1] - products.begin[slot], target, scratch);
  }
}

}  // namespace sparsek
