#include "bsr_convert.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "../../../../kernels/cuda/convert/check_params.h"
#include "../../../../kernels/cuda/convert/transpose_params.h"
#include "../runtime/launch.h"

namespace sparsek::ops {

int check_reports(const DevicePattern& pattern) {
  constexpr int64_t kRowsPerBlock = kCheckThreads / 32;
  const int64_t needed = (pattern.block_rows + kRowsPerBlock - 1) / kRowsPerBlock;
  return static_cast<int>(std::clamp<int64_t>(needed, 1, kMaxCheckReports));
}

void launch_check_bsr(const driver::Api& api, cuda::ModuleCache& modules, const DevicePattern& pattern,
                      driver::CUdeviceptr reports, driver::CUstream stream) {
  CheckBsrParams params{};
  params.indptr = reinterpret_cast<const int32_t*>(pattern.indptr);
  params.indices = reinterpret_cast<const int32_t*>(pattern.indices);
  params.reports = reinterpret_cast<uint64_t*>(reports);
  params.block_rows = pattern.block_rows;
  params.block_columns = pattern.block_columns;
  params.blocks = pattern.blocks;
  cuda::LaunchShape shape;
  shape.grid = {static_cast<unsigned>(check_reports(pattern)), 1, 1};
  shape.block = {kCheckThreads, 1, 1};
  shape.stream = stream;
  cuda::launch(api, modules.kernel("bsr_check.fatbin", "sparsek_check_bsr", 0), shape, params);
}

std::string describe_check(const uint64_t* reports, const DevicePattern& pattern) {
  const uint64_t result = std::accumulate(reports, reports + check_reports(pattern), kSoundBsr,
                                          [](uint64_t x, uint64_t y) { return std::min(x, y); });
  if (result == kSoundBsr) return {};
  const uint64_t place = result / kFaultKinds;
  const std::string row = std::to_string(place);
  const std::string block = std::to_string(place - static_cast<uint64_t>(pattern.block_rows));
  switch (static_cast<BsrFault>(result % kFaultKinds)) {
    case BsrFault::kFirstIndptr:
      return "Expected 0 for indptr[0] but received another value";
    case BsrFault::kDecreasing:
      return "Expected an indptr that never decreases but it does after block row " + row;
    case BsrFault::kLastIndptr:
      return "Expected " + std::to_string(pattern.blocks) + " (the number of blocks) for indptr[" +
             std::to_string(pattern.block_rows) + "] but received another value";
    case BsrFault::kColumnRange:
      return "Expected block columns from 0 to " + std::to_string(pattern.block_columns - 1) + " but indices[" + block +
             "] is outside";
    default:
      return "Expected block columns that increase strictly within a row but indices[" + block + "] does not";
  }
}

void launch_transpose_blocks(const driver::Api& api, cuda::ModuleCache& modules, const BlockTranspose& job,
                             driver::CUstream stream) {
  if (job.element_bytes != 2 && job.element_bytes != 4) {
    throw std::invalid_argument("Expected 2 or 4 for elementBytes but received " + std::to_string(job.element_bytes));
  }
  TransposeParams params{};
  params.values = reinterpret_cast<const void*>(job.values);
  params.transposed = reinterpret_cast<void*>(job.transposed);
  params.source = reinterpret_cast<const int32_t*>(job.source);
  params.blocks = job.blocks;
  params.values_batch_stride = job.batch_stride;
  params.block_rows = job.block_rows;
  params.block_columns = job.block_columns;
  const auto pieces = [](int side) { return static_cast<unsigned>((side + kTransposeSide - 1) / kTransposeSide); };
  cuda::LaunchShape shape;
  shape.grid = {static_cast<unsigned>(job.blocks) * pieces(job.block_rows) * pieces(job.block_columns), 1,
                static_cast<unsigned>(job.batch)};
  shape.block = {kTransposeThreads, 1, 1};
  shape.stream = stream;
  const char* kernel = job.element_bytes == 2 ? "sparsek_transpose_blocks_16" : "sparsek_transpose_blocks_32";
  cuda::launch(api, modules.kernel("bsr_transpose.fatbin", kernel, 0), shape, params);
}

}  // namespace sparsek::ops
