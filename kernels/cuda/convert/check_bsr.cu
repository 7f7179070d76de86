// Checks that indptr and indices describe a block-sparse matrix, before any kernel trusts them. One warp a block row; the
// fault with the lowest place wins (an atomic minimum), so the report does not depend on timing. Faults of indptr are
// numbered by row below every fault of indices: the latter are looked for only in rows whose extent is sound.
#include "check_params.h"

namespace {

__device__ void report(const sparsek::CheckBsrParams& p, uint64_t place, sparsek::BsrFault fault) {
  atomicMin(reinterpret_cast<unsigned long long*>(p.result),
            static_cast<unsigned long long>(place * 8 + static_cast<uint64_t>(fault)));
}

}  // namespace

extern "C" __global__ void __launch_bounds__(sparsek::kCheckThreads)
    sparsek_check_bsr(const __grid_constant__ sparsek::CheckBsrParams p) {
  using sparsek::BsrFault;
  const int row = static_cast<int>((blockIdx.x * sparsek::kCheckThreads + threadIdx.x) / 32);
  const int lane = static_cast<int>(threadIdx.x & 31);
  if (row >= p.block_rows) return;
  const int first = p.indptr[row], last = p.indptr[row + 1];
  if (lane == 0) {
    if (row == 0 && first != 0) report(p, 0, BsrFault::kFirstIndptr);
    if (last < first) report(p, row, BsrFault::kDecreasing);
    if (row == p.block_rows - 1 && last != p.blocks) report(p, row, BsrFault::kLastIndptr);
  }
  if (first < 0 || last < first || last > p.blocks) return;
  const uint64_t after_rows = static_cast<uint64_t>(p.block_rows);
  for (int block = first + lane; block < last; block += 32) {
    const int column = p.indices[block];
    if (column < 0 || column >= p.block_columns) {
      report(p, after_rows + block, BsrFault::kColumnRange);
    } else if (block > first && column <= p.indices[block - 1]) {
      report(p, after_rows + block, BsrFault::kColumnOrder);
    }
  }
}
