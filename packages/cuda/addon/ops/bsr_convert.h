// Small kernels over block-sparse matrices in device memory: the check of the indices and the transposition of blocks.
#pragma once

#include <cstdint>
#include <string>

#include "../driver/api.h"
#include "../runtime/module_cache.h"

namespace sparsek::ops {

struct DevicePattern {
  driver::CUdeviceptr indptr = 0;   // int32, block_rows + 1
  driver::CUdeviceptr indices = 0;  // int32, blocks
  int32_t block_rows = 0, block_columns = 0;  // how many there are
  int32_t blocks = 0;
};

// How many words of 8 bytes the check reports: 1 to 256.
int check_reports(const DevicePattern& pattern);

// Starts the check, which writes all of `reports`: page-locked host memory or device memory. Reads 4 * (block_rows + 1) +
// 8 * blocks bytes, and nothing that a sound pattern does not have.
void launch_check_bsr(const driver::Api& api, cuda::ModuleCache& modules, const DevicePattern& pattern,
                      driver::CUdeviceptr reports, driver::CUstream stream);

// What the reports say, for people: empty when the pattern is sound.
std::string describe_check(const uint64_t* reports, const DevicePattern& pattern);

// values: `blocks` blocks of block_rows x block_columns elements of 2 or 4 bytes; block q of `transposed` is the transpose
// of block source[q] (int32 on the device).
struct BlockTranspose {
  driver::CUdeviceptr values = 0, transposed = 0, source = 0;
  int64_t blocks = 0, batch = 1, batch_stride = 0;
  int block_rows = 0, block_columns = 0, element_bytes = 2;
};

void launch_transpose_blocks(const driver::Api& api, cuda::ModuleCache& modules, const BlockTranspose& job,
                             driver::CUstream stream);

}  // namespace sparsek::ops
