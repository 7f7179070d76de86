// Plans of C = act(alpha * A B + beta * C + bias), A block-sparse: everything that depends only on the pattern, the sizes
// and the number of multiprocessors. Host code without CUDA; `spmm_launch.h` turns a plan and pointers into launches.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "../../../../kernels/cuda/include/epilogue_params.h"
#include "../../../../kernels/cuda/include/work_item.h"
#include "device_shape.h"
#include "plan_table.h"

namespace sparsek::ops {

// Pattern of op(A), in host memory and already checked.
struct PatternView {
  int64_t rows, columns;       // in elements
  int block_rows, block_columns;
  const int32_t* indptr;       // length block rows + 1
  const int32_t* indices;
};

struct SpmmShape {
  PatternView pattern;
  ElementType type;            // of A and B
  int64_t dense_columns;       // columns of B and C
  int32_t batch = 1;
  bool b_column_major = false;
  bool tf32 = false;           // float32 inputs may be rounded to tf32
};

// Experiments and tests override what the planner would choose.
struct PlanOptions {
  int cluster = 0;             // CTAs that share loads of A; 0: choose
  int raster_rows = 0;         // tiles of a raster group; 0: choose
  bool group_rows = true;      // group block rows by shared columns rather than in order
  bool force_narrow = false;   // the union kernel where the wide one would do
  bool force_portable = false;
  bool allow_skinny = true;    // the kernel for few columns
  // Groups block rows by overlap in place of `group_block_rows`, with the same result (spmm_match.h); empty: on the host.
  std::function<std::vector<int32_t>(const PatternView&, int size)> group;
};

enum class Family { kPortable, kWide, kNarrow, kSkinny };

struct SpmmPlan {
  Family family = Family::kPortable;
  std::string module, kernel;  // cubin and symbol
  SpmmShape shape{};           // pattern pointers are not kept
  int cluster = 1, grid = 0, threads = 0, shared_bytes = 0;
  int tile_rows = 0, tile_columns = 0;
  int64_t nnzb = 0;
  // To be uploaded once; ranges are 256-byte aligned.
  std::vector<uint8_t> tables;
  TableRange indptr, indices, items, item_first, pairs, stages, tile_rows_table, fragment_sources, splits;
  int split_tiles = 0;
  // Repacked values, made by `pack_spmm_values` whenever A's values change; 0: the kernel reads the blocks themselves.
  int64_t fragments = 0, packed_bytes = 0;
  int64_t workspace_bytes = 0;  // partial sums, private to a call in flight
  // What the planner found, for reports.
  double sharing = 1.0;         // mean number of block rows that use a fetched panel of B
  double imbalance = 1.0;       // longest list over the mean, by the cost model
};

// The portable kernel for these elements, also of plans of other families.
std::string portable_kernel(const SpmmShape& shape);

// Never empty-handed: what the Hopper kernels do not take (other chips, block shapes or element types, B in column order
// for small blocks) goes to the portable kernel. Throws std::invalid_argument for sizes beyond 32-bit rows and columns.
SpmmPlan make_spmm_plan(const SpmmShape& shape, const DeviceShape& device, const PlanOptions& options = {});

}  // namespace sparsek::ops
