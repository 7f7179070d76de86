// Parameters of the check of block-sparse indices on the device (convert/check_bsr.cu). Shared by host and device.
#pragma once

#include <cstdint>

namespace sparsek {

// Kinds of faults, in the order in which they are looked for.
enum class BsrFault : int32_t {
  kNone = 0,
  kFirstIndptr = 1,      // indptr[0] is not 0
  kDecreasing = 2,       // indptr[row + 1] < indptr[row]
  kLastIndptr = 3,       // indptr's last entry is not the number of blocks
  kColumnRange = 4,      // a block column below 0 or beyond the last
  kColumnOrder = 5,      // block columns of a row do not increase strictly
};
constexpr int kFaultKinds = 8;  // room for the above in a report, place * kFaultKinds + fault

struct CheckBsrParams {
  const int32_t* indptr;
  const int32_t* indices;
  uint64_t* reports;      // one a thread block, of its first fault, whose place is a row or a block; kSoundBsr: none
  int32_t block_rows, block_columns;  // how many there are
  int32_t blocks;                     // nnzb
};

constexpr int kCheckThreads = 256;
constexpr int kMaxCheckReports = 256;  // thread blocks at most; beyond 2048 block rows a warp takes several
constexpr uint64_t kSoundBsr = ~uint64_t{0};

}  // namespace sparsek
