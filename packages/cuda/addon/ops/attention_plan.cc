#include "attention_plan.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "attention_check.h"
#include "attention_portable_kernel.h"
#include "attention_split.h"
#include "element_name.h"

namespace sparsek::ops {

using namespace attention;

namespace {

constexpr int64_t kSectionBytes = int64_t{32} << 20;  // K and V worked off together; L2 keeps about 30 MB of hot data
constexpr int64_t kMostItems = int64_t{1} << 30;  // 32 bits count them, and every team's draw behind the last

int32_t value_dim(const AttentionShape& s) { return s.value_dim > 0 ? s.value_dim : s.head_dim; }

// Instances: head dimensions round up to one of these; the copy engine fills with zeros.
int instance_dim(int head_dim) { return head_dim <= 64 ? 64 : head_dim <= 128 ? 128 : head_dim <= 192 ? 192 : 256; }

// The copy engine moves 16 bytes at least, and a tile of 64 queries and more than 128 dimensions has no instance.
bool takes_hopper(const AttentionShape& s, const DeviceShape& device) {
  return device.compute_major == 9 && !s.portable && s.type != ElementType::kF32 &&
         s.out_type.value_or(s.type) == s.type && s.head_dim % 8 == 0 && value_dim(s) % 8 == 0 &&
         (s.mask.side == 128 || std::max(s.head_dim, value_dim(s)) <= 128);
}

// Both choices give the queries of a tile.
int choose_hopper_kernel(AttentionPlan& plan, const AttentionShape& shape) {
  const int dim = instance_dim(std::max(shape.head_dim, value_dim(shape)));
  const bool modified = shape.softcap > 0.0f || shape.alibi || !(shape.scale > 0.0f);
  const std::string name = "d" + std::to_string(dim) + "_b" + std::to_string(shape.mask.side);
  plan.module = "attention_" + name;
  plan.kernel = std::string("sparsek_attention_") + element_name(shape.type) + "_" + name + (modified ? "_modified" : "");
  plan.threads = kThreads;
  plan.step_keys = keys_per_step(dim, plan.side);
  plan.shared_bytes = shared_bytes(dim, plan.side);
  return plan.side;
}

int choose_portable_kernel(AttentionPlan& plan) {
  const PortableAttentionKernel kernel = portable_attention_kernel(plan);
  plan.module = kernel.module;
  plan.kernel = kernel.name;
  plan.threads = kernel.threads;
  plan.step_keys = kernel.step_keys;
  plan.shared_bytes = kernel.shared_bytes;
  return kernel.query_rows;
}

Pattern append_pattern(std::vector<uint8_t>& tables, const AttentionMaskView& mask, const MaskPatternView& p) {
  Pattern result{kNone, kNone, kNone, kNone, kNone, static_cast<int32_t>(p.clauses.size()), 0};
  result.clauses = append_table(tables, p.clauses).offset;
  if (!p.stored) return result;
  const size_t rows = (mask.query_length + mask.side - 1) / mask.side;
  const size_t blocks = p.indptr[rows];
  result.indptr = append_table(tables, p.indptr, rows + 1).offset;
  result.indices = append_table(tables, p.indices, blocks).offset;
  if (p.fill != nullptr) result.fill = append_table(tables, p.fill, blocks).offset;
  if (p.bitmap_count > 0) {
    const int64_t words = p.bitmap_count * mask.side * (mask.side / 32);
    result.bitmaps = append_table(tables, p.bitmaps, static_cast<size_t>(words)).offset;
  }
  return result;
}

// Index of the pattern of an item.
int32_t pattern_of(const AttentionPlan& plan, const AttentionMaskView& mask, int32_t code) {
  const int32_t pair = code / plan.query_tiles;
  const int32_t row = mask.batches == 1 ? 0 : pair / plan.heads, column = mask.heads == 1 ? 0 : pair % plan.heads;
  return mask.head_map[row * mask.heads + column];
}

// Where whole items would leave multiprocessors idle: parts of them, longest first. False when nothing is to be split.
bool split_items(AttentionPlan& plan, const AttentionMaskView& mask, const std::vector<std::vector<int32_t>>& costs,
                 const DeviceShape& device) {
  if (plan.items == 0) return false;
  const int teams = teams_of(plan.side);
  std::vector<int32_t> cost(plan.items);
  for (int32_t code = 0; code < plan.items; ++code)
    cost[code] = costs[pattern_of(plan, mask, code)][code % plan.query_tiles];
  plan.partial_width = instance_dim(std::max(plan.head_dim, plan.value_dim));
  const int64_t partial_bytes = int64_t{4} * plan.side * (plan.partial_width + 1);
  const std::vector<int32_t> parts = choose_parts({cost, device.multiprocessors * teams, partial_bytes});
  if (parts.empty()) return false;
  std::vector<Chunk> chunks;
  std::vector<int32_t> lengths;
  std::vector<Split> splits;
  for (int32_t code = 0; code < plan.items; ++code) {
    if (parts[code] > 1) splits.push_back({code, static_cast<int32_t>(plan.partials), parts[code], 0});
    const std::vector<int32_t> bounds =
        part_bounds(mask, mask.patterns[pattern_of(plan, mask, code)], code % plan.query_tiles, cost[code], parts[code]);
    for (int32_t part = 0; part < parts[code]; ++part) {
      chunks.push_back({code, bounds[part], bounds[part + 1],
                        parts[code] > 1 ? static_cast<int32_t>(plan.partials++) : -1});
      lengths.push_back(cost[code] / parts[code]);
    }
  }
  std::vector<int32_t> order(chunks.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return lengths[a] > lengths[b]; });
  std::vector<Chunk> sorted;
  for (const int32_t index : order) sorted.push_back(chunks[index]);
  plan.items = static_cast<int32_t>(sorted.size());
  plan.grid = std::min((plan.items + teams - 1) / teams, device.multiprocessors);
  plan.chunks = append_table(plan.tables, sorted);
  plan.splits = append_table(plan.tables, splits);
  plan.split_rows = static_cast<int32_t>(splits.size());
  plan.most_parts = *std::max_element(parts.begin(), parts.end());
  plan.workspace_bytes = plan.partials * partial_bytes;
  return true;
}

// Longest first inside each section. One pattern whose tiles only grow or only shrink needs no table.
void order_items(AttentionPlan& plan, const AttentionMaskView& mask,
                 const std::vector<std::vector<int32_t>>& costs) {
  const int32_t pairs = plan.batch * plan.heads;
  if (costs.size() == 1) {
    const std::vector<int32_t>& cost = costs[0];
    plan.descending = std::is_sorted(cost.begin(), cost.end()) ? 1 : 0;
    if (plan.descending || std::is_sorted(cost.rbegin(), cost.rend())) return;
  }
  const auto cost_of = [&](int32_t code) { return costs[pattern_of(plan, mask, code)][code % plan.query_tiles]; };
  std::vector<int32_t> order(plan.items);
  std::iota(order.begin(), order.end(), 0);
  for (int32_t first = 0; first < pairs; first += plan.section) {
    const int32_t last = std::min(pairs, first + plan.section);
    std::stable_sort(order.begin() + int64_t{first} * plan.query_tiles, order.begin() + int64_t{last} * plan.query_tiles,
                     [&](int32_t a, int32_t b) { return cost_of(a) > cost_of(b); });
  }
  plan.order = append_table(plan.tables, order);
  plan.has_order = true;
}

void count_blocks(AttentionPlan& plan, const AttentionMaskView& mask, const std::vector<std::vector<int32_t>>& costs) {
  std::vector<int64_t> totals;
  for (const auto& cost : costs) totals.push_back(std::accumulate(cost.begin(), cost.end(), int64_t{0}));
  int64_t mapped = 0;
  for (int32_t pattern : mask.head_map) mapped += totals[pattern];
  plan.visited_blocks = mapped * (plan.batch / mask.batches) * (plan.heads / mask.heads);
}

}  // namespace

AttentionPlan make_attention_plan(const AttentionShape& shape, const DeviceShape& device) {
  if (device.compute_major < 8)
    throw std::invalid_argument("Expected 8.0 or newer for the GPU's compute capability but received " +
                                std::to_string(device.compute_major) + ".x");
  check_attention(shape);
  const AttentionMaskView& mask = shape.mask;
  AttentionPlan plan;
  plan.batch = shape.batch;
  plan.heads = shape.heads;
  plan.kv_heads = shape.kv_heads;
  plan.head_dim = shape.head_dim;
  plan.value_dim = value_dim(shape);
  plan.query_length = mask.query_length;
  plan.key_length = mask.key_length;
  plan.type = shape.type;
  plan.out_type = shape.out_type.value_or(shape.type);
  plan.scale = shape.scale;
  plan.softcap = shape.softcap;
  plan.alibi = shape.alibi;
  plan.map_batches = mask.batches;
  plan.map_heads = mask.heads;
  plan.side = mask.side;
  plan.portable = !takes_hopper(shape, device);
  const int tile = plan.portable ? choose_portable_kernel(plan) : choose_hopper_kernel(plan, shape);
  plan.query_tiles = static_cast<int32_t>((mask.query_length + tile - 1) / tile);
  const int64_t items = int64_t{plan.batch} * plan.heads * plan.query_tiles;
  if (items >= kMostItems)
    throw std::invalid_argument("Expected fewer than 2^30 for the tiles of queries but received " + std::to_string(items));
  plan.items = static_cast<int32_t>(items);
  const int64_t teams = teams_of(plan.side);
  plan.grid = static_cast<int>(
      plan.portable ? items : std::min<int64_t>((items + teams - 1) / teams, device.multiprocessors));
  const int64_t kv_bytes =
      std::max<int64_t>(1, int64_t{2} * (plan.head_dim + plan.value_dim) * mask.key_length);
  plan.section = static_cast<int32_t>(std::clamp<int64_t>(kSectionBytes / kv_bytes, 1, plan.kv_heads * plan.batch)) *
                 (plan.heads / plan.kv_heads);

  std::vector<Pattern> patterns;
  std::vector<std::vector<int32_t>> costs;
  for (const MaskPatternView& p : mask.patterns) {
    patterns.push_back(append_pattern(plan.tables, mask, p));
    costs.push_back(blocks_per_tile(mask, p));
  }
  plan.patterns = append_table(plan.tables, patterns);
  plan.head_map = append_table(plan.tables, mask.head_map);
  plan.has_documents = mask.document_start != nullptr;
  if (plan.has_documents) {
    plan.document_start = append_table(plan.tables, mask.document_start, mask.key_length);
    plan.document_end = append_table(plan.tables, mask.document_end, mask.key_length);
  }
  if (!plan.portable && !split_items(plan, mask, costs, device)) order_items(plan, mask, costs);
  count_blocks(plan, mask, costs);
  return plan;
}

}  // namespace sparsek::ops
