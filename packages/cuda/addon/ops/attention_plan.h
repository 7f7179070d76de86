// Plans of fused attention: everything that depends only on the mask, the sizes and the number of multiprocessors. Host
// code without CUDA; `attention_launch.h` turns a plan and pointers into a launch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../../../../kernels/cuda/attention/params.h"
#include "../../../../kernels/cuda/include/epilogue_params.h"
#include "device_shape.h"
#include "plan_table.h"

namespace sparsek::ops {

// A mask pattern in host memory; values of `fill` as in @sparsek/types.
struct MaskPatternView {
  bool stored = false;
  const int32_t* indptr = nullptr;     // length query blocks + 1
  const int32_t* indices = nullptr;
  const int32_t* fill = nullptr;       // null: every block is full
  const uint32_t* bitmaps = nullptr;   // `side` rows of side / 32 words each
  int64_t bitmap_count = 0;
  std::vector<attention::Clause> clauses;
};

struct AttentionMaskView {
  int64_t query_length = 0, key_length = 0;
  int side = 128;                      // edge of the stored patterns' blocks: 128 or 64
  std::vector<MaskPatternView> patterns;
  std::vector<int32_t> head_map;       // [batches, heads]
  int batches = 1, heads = 1;
  const int32_t* document_start = nullptr;  // [key_length]; neither array decreases
  const int32_t* document_end = nullptr;
};

struct AttentionShape {
  int32_t batch = 1, heads = 1, kv_heads = 1, head_dim = 128;
  int32_t value_dim = 0;               // width of V and O; 0: head_dim
  ElementType type = ElementType::kF16;
  std::optional<ElementType> out_type; // absent: `type`
  float scale = 1.0f;
  float softcap = 0.0f;                // 0: none
  bool alibi = false;
  bool portable = false;               // the portable kernel even where the Hopper one would do
  AttentionMaskView mask;              // read while the plan is made, not kept
};

struct AttentionPlan {
  std::string module, kernel;          // file without its extension, and symbol
  bool portable = false;               // attention_portable.h launches it
  int32_t batch = 0, heads = 0, kv_heads = 0, head_dim = 0, value_dim = 0;
  int64_t query_length = 0, key_length = 0;
  ElementType type = ElementType::kF16, out_type = ElementType::kF16;
  float scale = 1.0f, softcap = 0.0f;
  bool alibi = false;
  int grid = 0, threads = 0, shared_bytes = 0;
  int side = 0;                        // edge of the mask's blocks
  int step_keys = 0;                   // keys of one box of K and V
  int32_t query_tiles = 0, items = 0, section = 1, descending = 0;
  int32_t map_batches = 1, map_heads = 1;
  // To be uploaded once; ranges are 256-byte aligned. Kernels only read them.
  std::vector<uint8_t> tables;
  TableRange patterns, head_map, document_start, document_end, order;
  // Set when long rows are split along their keys: the parts in order of work, and the rows to be joined afterwards.
  TableRange chunks, splits;
  int32_t split_rows = 0;              // entries of `splits`; 0: every item is whole
  int32_t most_parts = 1;              // of a row
  int64_t partials = 0;
  int32_t partial_width = 0;           // columns of a partial O
  int64_t workspace_bytes = 0;         // of one launch
  bool has_documents = false, has_order = false;
  int64_t visited_blocks = 0;          // over all batches and heads
};

// What the Hopper kernels do not take (other chips, float32, another type of O, widths that are no multiple of 8, blocks of
// 64 above 128 dimensions) goes to the portable kernel. Throws std::invalid_argument when neither takes the shape, or the
// mask is not well formed.
AttentionPlan make_attention_plan(const AttentionShape& shape, const DeviceShape& device);

// Visible blocks of every query tile of a pattern: the planner's cost model.
std::vector<int32_t> blocks_per_tile(const AttentionMaskView& mask, const MaskPatternView& pattern);

// Where a tile of `cost` visible blocks is cut into parts of equal length: parts + 1 bounds as in attention::Chunk.
std::vector<int32_t> part_bounds(const AttentionMaskView& mask, const MaskPatternView& pattern, int32_t tile,
                                 int32_t cost, int32_t parts);

}  // namespace sparsek::ops
