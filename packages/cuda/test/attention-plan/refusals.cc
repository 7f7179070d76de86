// Checks that a planner refuses every malformed problem, and says what it expected and what it received.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>

#include "../../addon/ops/attention_plan.h"

using namespace sparsek;
using namespace sparsek::ops;
using attention::kOpen;
using attention::Relation;

namespace {

// Two block rows of a stored pattern with one bitmap, and a regular one, for two heads.
struct Problem {
  int32_t indptr[3] = {0, 2, 3};
  int32_t indices[3] = {0, 1, 1};
  int32_t fill[3] = {0, 2, 1};
  uint32_t bitmap[128 * 4] = {};
  int32_t start[256] = {}, end[256] = {};
  AttentionShape shape;

  Problem() {
    shape.heads = shape.kv_heads = 2;
    shape.scale = 0.1f;
    AttentionMaskView& mask = shape.mask;
    mask.query_length = mask.key_length = 256;
    mask.heads = 2;
    mask.head_map = {0, 1};
    mask.patterns.resize(2);
    MaskPatternView& stored = mask.patterns[0];
    stored.stored = true;
    stored.indptr = indptr;
    stored.indices = indices;
    stored.fill = fill;
    stored.bitmaps = bitmap;
    stored.bitmap_count = 1;
    mask.patterns[1].clauses = {{-kOpen, 0, -kOpen, kOpen, -kOpen, kOpen, Relation::kAny, 0}};
  }
  Problem(const Problem&) = delete;
};

int refused = 0;

void refuses(const std::string& text, const std::function<void(Problem&)>& spoil) {
  Problem problem;
  spoil(problem);
  std::string received = "nothing was thrown";
  try {
    make_attention_plan(problem.shape, {132, 9});
  } catch (const std::invalid_argument& error) {
    received = error.what();
  }
  if (received != text) {
    std::printf("expected: %s\nreceived: %s\n", text.c_str(), received.c_str());
    std::exit(1);
  }
  ++refused;
}

}  // namespace

int main() {
  make_attention_plan(Problem().shape, {132, 9});
  refuses("Expected a divisor of 2 heads for kvHeads but received 3", [](Problem& p) { p.shape.kv_heads = 3; });
  refuses("Expected 1 to 256 for headDim but received 257", [](Problem& p) { p.shape.head_dim = 257; });
  refuses("Expected 128 or 64 for the side of mask blocks but received 32", [](Problem& p) { p.shape.mask.side = 32; });
  refuses("Expected a length below 2^30 for keyLength but received 1073741824",
          [](Problem& p) { p.shape.mask.key_length = int64_t{1} << 30; });
  refuses("Expected 2 entries for headMap but received 1", [](Problem& p) { p.shape.mask.head_map = {0}; });
  refuses("Expected the index of a pattern for headMap[1] but received 2",
          [](Problem& p) { p.shape.mask.head_map = {0, 2}; });
  refuses("Expected 0 for patterns[0].indptr[0] but received 1", [](Problem& p) { p.indptr[0] = 1; });
  refuses("Expected 2 or more for patterns[0].indptr[2] but received 1", [](Problem& p) { p.indptr[2] = 1; });
  refuses("Expected a block column below 2 for patterns[0].indices[2] but received 2", [](Problem& p) { p.indices[2] = 2; });
  refuses("Expected a block column below 2 for patterns[0].indices[0] but received -1",
          [](Problem& p) { p.indices[0] = -1; });
  refuses("Expected more than 0, the block column before it, for patterns[0].indices[1] but received 0",
          [](Problem& p) { p.indices[1] = 0; });
  refuses("Expected full, clauses or one of 1 bitmaps for patterns[0].fill[1] but received 3",
          [](Problem& p) { p.fill[1] = 3; });
  refuses("Expected bounds from -2^30 to 2^30 for patterns[1].clauses[0] but received 1073741825",
          [](Problem& p) { p.shape.mask.patterns[1].clauses[0].diagonal_max = kOpen + 1; });
  refuses("Expected documents for patterns[1].clauses[0] but received a mask without them",
          [](Problem& p) { p.shape.mask.patterns[1].clauses[0].relation = Relation::kSame; });
  refuses("Expected documents in order for documentEnd[7] but received -1", [](Problem& p) {
    p.shape.mask.document_start = p.start;
    p.shape.mask.document_end = p.end;
    p.end[7] = -1;
  });
  std::printf("%d refused\n", refused);
}
