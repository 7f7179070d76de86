// Masking of single elements, for the steps that need it: 128 keep bits for each of the thread's two rows, from a bitmap
// or from clauses, then one constant-bit test an element.
#pragma once

#include "block_walk.cuh"

namespace sparsek::attention {

// Bits [begin, end) of a word, for any begin and end.
__device__ __forceinline__ uint32_t bit_range(int begin, int end) {
  const auto below = [](int n) {
    n = min(max(n, 0), 32);
    return n == 32 ? 0xffffffffu : (1u << n) - 1u;
  };
  return below(end) & ~below(begin);
}

// Keep bits of 32 * Words keys for rows 0 and 1 of the thread (accumulator rows r and r + 8).
template <int Words>
struct KeepBits {
  uint32_t row[2][Words];
};

// Lane c of a quad evaluates the clauses for word c of both rows; the quad then shares its words.
template <int Words>
__device__ __forceinline__ void keep_by_clauses(KeepBits<Words>& keep, const Params& p, const Pattern& pattern,
                                                int first_key, int row, int lane) {
  static_assert(Words <= 4);
  const int my_key = first_key + 32 * (lane & 3);
  uint32_t mine[2] = {0, 0};
  const Clause* clauses = table<Clause>(p, pattern.clauses);
  for (int c = 0; c < pattern.clause_count; ++c) {
    const Clause clause = load_clause(clauses + c);
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const Interval keys = visible_keys(p.geometry, clause, row + 8 * r);
      mine[r] |= bit_range(keys.begin - my_key, keys.end - my_key);
    }
  }
#pragma unroll
  for (int w = 0; w < Words; ++w) {
#pragma unroll
    for (int r = 0; r < 2; ++r) keep.row[r][w] = __shfl_sync(0xffffffffu, mine[r], (lane & ~3) | w);
  }
}

// A row of a bitmap has WordsPerRow words, of which the step takes those at `first_key`.
template <int WordsPerRow, int Words>
__device__ __forceinline__ void keep_by_bitmap(KeepBits<Words>& keep, const uint32_t* bitmap, int first_key, int row) {
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const uint32_t* words = bitmap + (row + 8 * r) * WordsPerRow + first_key / 32 % WordsPerRow;
#pragma unroll
    for (int w = 0; w < Words; w += 2) {
      const uint2 pair = __ldg(reinterpret_cast<const uint2*>(words + w));
      keep.row[r][w] = pair.x;
      keep.row[r][w + 1] = pair.y;
    }
  }
}

// Sets the hidden elements to -infinity. The thread owns columns 8j + 2 (lane % 4) + {0, 1}: after a shift by the lane's
// offset the tested bits are compile-time constants.
template <int Words, int Count>
__device__ __forceinline__ void apply_keep(float (&s)[Count], const KeepBits<Words>& keep, int keys_left, int lane) {
  static_assert(Count == 16 * Words);
  const int shift = 2 * (lane & 3);
#pragma unroll
  for (int w = 0; w < Words; ++w) {
    const uint32_t exists = bit_range(0, keys_left - 32 * w);
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const uint32_t bits = (keep.row[r][w] & exists) >> shift;
#pragma unroll
      for (int j = 0; j < 4; ++j) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          float& element = s[4 * (4 * w + j) + 2 * r + e];
          element = (bits >> (8 * j + e)) & 1u ? element : -INFINITY;
        }
      }
    }
  }
}

}  // namespace sparsek::attention
