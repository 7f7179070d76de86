#include "attention_check.h"

#include <stdexcept>
#include <string>

namespace sparsek::ops {

using namespace attention;

namespace {

// Texts are made only for what is refused: a mask has millions of blocks.
[[noreturn]] void refuse(const std::string& expected, const std::string& name, const std::string& received) {
  throw std::invalid_argument("Expected " + expected + " for " + name + " but received " + received);
}

[[noreturn]] void refuse(const std::string& expected, const std::string& name, int64_t received) {
  refuse(expected, name, std::to_string(received));
}

std::string entry(const std::string& array, int64_t index) { return array + "[" + std::to_string(index) + "]"; }

void check_sizes(const AttentionShape& s) {
  if (s.batch < 0) refuse("0 or more", "batch", s.batch);
  if (s.heads < 1) refuse("1 or more", "heads", s.heads);
  if (s.kv_heads < 1 || s.heads % s.kv_heads != 0)
    refuse("a divisor of " + std::to_string(s.heads) + " heads", "kvHeads", s.kv_heads);
  const std::string dims = "1 to " + std::to_string(kLargestHeadDim);
  if (s.head_dim < 1 || s.head_dim > kLargestHeadDim) refuse(dims, "headDim", s.head_dim);
  if (s.value_dim < 0 || s.value_dim > kLargestHeadDim) refuse(dims, "valueDim", s.value_dim);
  const AttentionMaskView& m = s.mask;
  if (m.side != 128 && m.side != 64) refuse("128 or 64", "the side of mask blocks", m.side);
  const auto fits = [](int64_t length) { return length >= 0 && length < kLongestSequence; };
  if (!fits(m.query_length)) refuse("a length below 2^30", "queryLength", m.query_length);
  if (!fits(m.key_length)) refuse("a length below 2^30", "keyLength", m.key_length);
}

void check_head_map(const AttentionShape& s) {
  const AttentionMaskView& m = s.mask;
  if (m.batches != 1 && m.batches != s.batch) refuse("1 or the batch", "the batches of headMap", m.batches);
  if (m.heads != 1 && m.heads != s.heads) refuse("1 or the heads", "the heads of headMap", m.heads);
  const auto mapped = static_cast<size_t>(m.batches) * static_cast<size_t>(m.heads);
  if (m.head_map.size() != mapped)
    refuse(std::to_string(mapped) + " entries", "headMap", static_cast<int64_t>(m.head_map.size()));
  for (size_t i = 0; i < mapped; ++i)
    if (m.head_map[i] < 0 || static_cast<size_t>(m.head_map[i]) >= m.patterns.size())
      refuse("the index of a pattern", entry("headMap", static_cast<int64_t>(i)), m.head_map[i]);
}

void check_documents(const AttentionMaskView& m) {
  if ((m.document_start == nullptr) != (m.document_end == nullptr))
    refuse("both or neither", "documentStart and documentEnd", "one of them");
  if (m.document_start == nullptr) return;
  for (int64_t key = 1; key < m.key_length; ++key) {
    if (m.document_start[key] < m.document_start[key - 1])
      refuse("documents in order", entry("documentStart", key), m.document_start[key]);
    if (m.document_end[key] < m.document_end[key - 1])
      refuse("documents in order", entry("documentEnd", key), m.document_end[key]);
  }
}

void check_clauses(const AttentionMaskView& m, const MaskPatternView& p, const std::string& pattern) {
  for (size_t i = 0; i < p.clauses.size(); ++i) {
    const Clause& c = p.clauses[i];
    const std::string clause = entry(pattern + ".clauses", static_cast<int64_t>(i));
    for (const int32_t bound : {c.diagonal_min, c.diagonal_max, c.row_begin, c.row_end, c.column_begin, c.column_end})
      if (bound < -kOpen || bound > kOpen) refuse("bounds from -2^30 to 2^30", clause, bound);
    const auto relation = static_cast<int32_t>(c.relation);
    if (relation < static_cast<int32_t>(Relation::kAny) || relation > static_cast<int32_t>(Relation::kAfter))
      refuse("a document relation", clause, relation);
    if (c.relation != Relation::kAny && m.document_start == nullptr) refuse("documents", clause, "a mask without them");
  }
}

void check_blocks(const AttentionMaskView& m, const MaskPatternView& p, const std::string& pattern) {
  const int64_t rows = (m.query_length + m.side - 1) / m.side, columns = (m.key_length + m.side - 1) / m.side;
  if (p.indptr[0] != 0) refuse("0", pattern + ".indptr[0]", p.indptr[0]);
  for (int64_t row = 0; row < rows; ++row) {
    const int32_t first = p.indptr[row], last = p.indptr[row + 1];
    if (last < first)
      refuse(std::to_string(first) + " or more", entry(pattern + ".indptr", row + 1), last);
    for (int32_t i = first; i < last; ++i) {
      const int32_t column = p.indices[i];
      if (column < 0 || column >= columns)
        refuse("a block column below " + std::to_string(columns), entry(pattern + ".indices", i), column);
      if (i > first && column <= p.indices[i - 1])
        refuse("more than " + std::to_string(p.indices[i - 1]) + ", the block column before it,",
               entry(pattern + ".indices", i), column);
      if (p.fill != nullptr && (p.fill[i] < 0 || p.fill[i] - kFillBitmap >= p.bitmap_count))
        refuse("full, clauses or one of " + std::to_string(p.bitmap_count) + " bitmaps", entry(pattern + ".fill", i),
               p.fill[i]);
    }
  }
}

}  // namespace

void check_attention(const AttentionShape& shape) {
  check_sizes(shape);
  check_head_map(shape);
  const AttentionMaskView& mask = shape.mask;
  check_documents(mask);
  for (size_t i = 0; i < mask.patterns.size(); ++i) {
    const std::string name = entry("patterns", static_cast<int64_t>(i));
    check_clauses(mask, mask.patterns[i], name);
    if (mask.patterns[i].stored) check_blocks(mask, mask.patterns[i], name);
  }
}

}  // namespace sparsek::ops
