// Checks that split plans cover every visible block of every row exactly once, and stay within their bounds.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <vector>

#include "../../addon/ops/attention_plan.h"
#include "../../addon/ops/attention_split.h"

using namespace sparsek;
using namespace sparsek::ops;
using attention::Chunk;
using attention::Clause;
using attention::kOpen;
using attention::Relation;
using attention::Split;

namespace {

void expect(bool condition, const char* what) {
  if (condition) return;
  std::printf("failed: %s\n", what);
  std::exit(1);
}

template <typename T>
const T* at(const AttentionPlan& plan, const TableRange& range) {
  return reinterpret_cast<const T*>(plan.tables.data() + range.offset);
}

struct Stored {
  std::vector<int32_t> indptr{0}, indices;
};

Stored random_pattern(int64_t queries, int64_t keys, int side, double density, std::mt19937& random) {
  Stored pattern;
  std::bernoulli_distribution visible(density);
  for (int64_t row = 0; row * side < queries; ++row) {
    for (int64_t column = 0; column * side < keys; ++column)
      if (visible(random)) pattern.indices.push_back(static_cast<int32_t>(column));
    pattern.indptr.push_back(static_cast<int32_t>(pattern.indices.size()));
  }
  return pattern;
}

Clause clause(int diagonal_min, int diagonal_max, int column_end = kOpen) {
  return {diagonal_min, diagonal_max, -kOpen, kOpen, -kOpen, column_end, Relation::kAny, 0};
}

// Visible blocks of a row inside the bounds of a chunk, by brute force.
int64_t blocks_inside(const AttentionMaskView& mask, const MaskPatternView& pattern, int32_t tile, int32_t begin,
                      int32_t end) {
  if (pattern.stored) {
    const int32_t length = pattern.indptr[tile + 1] - pattern.indptr[tile];
    return std::max<int64_t>(0, std::min(end, length) - int64_t{begin});
  }
  int64_t count = 0;
  const int64_t offset = mask.key_length - mask.query_length;
  const int64_t first = int64_t{tile} * mask.side + offset;
  const int64_t last = std::min<int64_t>(int64_t{tile} * mask.side + mask.side, mask.query_length) - 1 + offset;
  for (int64_t column = begin; column < end && column * mask.side < mask.key_length; ++column) {
    const int64_t key = column * mask.side, key_last = std::min<int64_t>(key + mask.side, mask.key_length) - 1;
    bool visible = false;
    for (const Clause& c : pattern.clauses)
      visible |= key_last - first >= c.diagonal_min && key - last <= c.diagonal_max && key < c.column_end;
    count += visible;
  }
  return count;
}

struct Tally {
  int plans = 0, split = 0, rows = 0;
};

void check(const AttentionShape& shape, Tally& tally) {
  const AttentionPlan plan = make_attention_plan(shape, {132, 9});
  ++tally.plans;
  if (plan.split_rows == 0) {
    expect(plan.workspace_bytes == 0, "whole items need no workspace");
    return;
  }
  ++tally.split;
  tally.rows += plan.split_rows;
  expect(plan.workspace_bytes > 0 && plan.workspace_bytes <= kSplitWorkspace, "the workspace is bounded");
  const Chunk* chunks = at<Chunk>(plan, plan.chunks);
  const Split* splits = at<Split>(plan, plan.splits);
  std::map<int32_t, std::vector<Chunk>> by_item;
  for (int32_t i = 0; i < plan.items; ++i) by_item[chunks[i].code].push_back(chunks[i]);
  expect(by_item.size() == static_cast<size_t>(plan.batch) * plan.heads * plan.query_tiles, "every item is there");
  int32_t partials = 0, rows = 0;
  for (auto& [code, parts] : by_item) {
    std::sort(parts.begin(), parts.end(), [](const Chunk& a, const Chunk& b) { return a.begin < b.begin; });
    const int32_t pair = code / plan.query_tiles, tile = code % plan.query_tiles;
    const int32_t head = shape.mask.heads == 1 ? 0 : pair % plan.heads;
    const MaskPatternView& pattern = shape.mask.patterns[shape.mask.head_map[head]];
    expect(parts.front().begin == 0 && parts.back().end == INT32_MAX, "an item is covered from end to end");
    int64_t shortest = INT64_MAX, longest = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) expect(parts[i].begin == parts[i - 1].end, "parts follow each other");
      const int64_t blocks = blocks_inside(shape.mask, pattern, tile, parts[i].begin, parts[i].end);
      shortest = std::min(shortest, blocks);
      longest = std::max(longest, blocks);
    }
    if (parts.size() == 1) {
      expect(parts[0].partial == -1, "a whole item goes to O");
      continue;
    }
    expect(longest - shortest <= 1 && shortest > 0, "parts of a row are equally long");
    expect(parts.size() <= attention::kMostParts, "few enough parts for the joining kernel");
    const Split& split = splits[rows++];
    expect(split.code == code && split.parts == static_cast<int32_t>(parts.size()), "a split names its item");
    for (size_t i = 0; i < parts.size(); ++i)
      expect(parts[i].partial == split.first + static_cast<int32_t>(i), "partial results lie in order");
    partials += split.parts;
  }
  expect(rows == plan.split_rows && partials == plan.partials, "all splits are listed");
}

}  // namespace

int main() {
  std::mt19937 random(7);
  Tally tally;
  for (const int side : {64, 128})
    for (const int64_t queries : {1, 128, 1000, 20000})
      for (const int64_t keys : {200, 16384 + 77, 131072})
        for (const double density : {0.02, 0.5}) {
          if (queries * keys > int64_t{1} << 29) continue;
          const Stored stored = random_pattern(queries, keys, side, density, random);
          AttentionShape shape;
          shape.heads = 4;
          shape.kv_heads = 2;
          shape.scale = 0.1f;
          AttentionMaskView& mask = shape.mask;
          mask.query_length = queries;
          mask.key_length = keys;
          mask.side = side;
          mask.heads = 4;
          mask.head_map = {0, 1, 2, 0};
          mask.patterns.resize(3);
          mask.patterns[0].stored = true;
          mask.patterns[0].indptr = stored.indptr.data();
          mask.patterns[0].indices = stored.indices.data();
          mask.patterns[1].clauses = {clause(-kOpen, 0)};
          mask.patterns[2].clauses = {clause(-5000, 0), clause(-9000, -8000), clause(-kOpen, 0, 300)};
          check(shape, tally);
        }
  // One tile of queries against 128K keys occupies nearly every multiprocessor; even rows in number stay whole.
  AttentionShape one;
  one.scale = 0.1f;
  one.mask.query_length = 128;
  one.mask.key_length = 131072;
  one.mask.patterns.resize(1);
  one.mask.patterns[0].clauses = {clause(-kOpen, kOpen)};
  one.mask.head_map = {0};
  expect(make_attention_plan(one, {132, 9}).items >= 120, "a single row is split");
  one.mask.query_length = 131072;
  one.heads = one.kv_heads = 8;
  expect(make_attention_plan(one, {128, 9}).split_rows == 0, "full rounds of even rows stay whole");
  one.mask.query_length = 32768;
  expect(make_attention_plan(one, {132, 9}).split_rows == 2048 % 132, "the last round of even rows is split");
  check(one, tally);
  std::printf("%d plans, %d split, %d rows\n", tally.plans, tally.split, tally.rows);
}
