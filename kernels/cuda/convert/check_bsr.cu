// Checks that indptr and indices describe a block-sparse matrix, before any kernel trusts them. One warp a block row, in
// turns; each thread block reports the fault with the lowest place that it met, so the lowest of all reports does not depend
// on timing. Faults of indptr are numbered by row below every fault of indices: the latter are looked for only in rows whose
// extent is sound. The reports go to host memory: the check is one launch, with nothing to clear and nothing to copy.
#include "check_params.h"

namespace {

constexpr int kWarps = sparsek::kCheckThreads / 32;

__device__ void find(unsigned long long& lowest, uint64_t place, sparsek::BsrFault fault) {
  const unsigned long long report = place * sparsek::kFaultKinds + static_cast<uint64_t>(fault);
  if (report < lowest) lowest = report;
}

}  // namespace

extern "C" __global__ void __launch_bounds__(sparsek::kCheckThreads)
    sparsek_check_bsr(const __grid_constant__ sparsek::CheckBsrParams p) {
  using sparsek::BsrFault;
  __shared__ unsigned long long lowest_of_block;
  if (threadIdx.x == 0) lowest_of_block = sparsek::kSoundBsr;
  __syncthreads();
  const int lane = static_cast<int>(threadIdx.x & 31);
  const uint64_t after_rows = static_cast<uint64_t>(p.block_rows);
  unsigned long long lowest = sparsek::kSoundBsr;
  for (int64_t row = static_cast<int64_t>(blockIdx.x) * kWarps + threadIdx.x / 32; row < p.block_rows;
       row += static_cast<int64_t>(gridDim.x) * kWarps) {
    const int first = p.indptr[row], last = p.indptr[row + 1];
    if (lane == 0) {
      if (row == 0 && first != 0) find(lowest, 0, BsrFault::kFirstIndptr);
      if (last < first) find(lowest, row, BsrFault::kDecreasing);
      if (row == p.block_rows - 1 && last != p.blocks) find(lowest, row, BsrFault::kLastIndptr);
    }
    if (first < 0 || last < first || last > p.blocks) continue;
    for (int block = first + lane; block < last; block += 32) {
      const int column = p.indices[block];
      if (column < 0 || column >= p.block_columns) {
        find(lowest, after_rows + block, BsrFault::kColumnRange);
      } else if (block > first && column <= p.indices[block - 1]) {
        find(lowest, after_rows + block, BsrFault::kColumnOrder);
      }
    }
  }
  if (p.block_rows == 0 && threadIdx.x == 0) {
    if (p.indptr[0] != 0) find(lowest, 0, BsrFault::kFirstIndptr);
    if (p.blocks != 0) find(lowest, 0, BsrFault::kLastIndptr);
  }
  if (lowest != sparsek::kSoundBsr) atomicMin(&lowest_of_block, lowest);
  __syncthreads();
  if (threadIdx.x == 0) p.reports[blockIdx.x] = lowest_of_block;
}
