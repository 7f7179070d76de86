// Masking of single elements, for the half-steps that need it: 64 keep bits for each of the thread's two rows, from a bitmap
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

// Keep bits of 64 keys for rows 0 and 1 of the thread (accumulator rows r and r + 8).
struct KeepBits {
  uint32_t row[2][2];
};

// Each lane of a quad evaluates the clauses for one row and one word; the quad then shares its words.
__device__ __forceinline__ void keep_by_clauses(KeepBits& keep, const Params& p, const Pattern& pattern, int first_key,
                                                int row, int lane) {
  const int my_row = row + 8 * ((lane >> 1) & 1);
  const int my_key = first_key + 32 * (lane & 1);
  uint32_t mine = 0;
  const Clause* clauses = table<Clause>(p, pattern.clauses);
  for (int c = 0; c < pattern.clause_count; ++c) {
    const Interval keys = visible_keys(p.geometry, load_clause(clauses + c), my_row);
    mine |= bit_range(keys.begin - my_key, keys.end - my_key);
  }
#pragma unroll
  for (int i = 0; i < 4; ++i) keep.row[i >> 1][i & 1] = __shfl_sync(0xffffffffu, mine, (lane & ~3) | i);
}

// A row of a bitmap is four words, of which the half-step at `first_key` takes two.
__device__ __forceinline__ void keep_by_bitmap(KeepBits& keep, const uint32_t* bitmap, int first_key, int row) {
  constexpr int kWordsPerRow = 4;
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const uint32_t* words = bitmap + (row + 8 * r) * kWordsPerRow + first_key / 32 % kWordsPerRow;
    const uint2 half = __ldg(reinterpret_cast<const uint2*>(words));
    keep.row[r][0] = half.x;
    keep.row[r][1] = half.y;
  }
}

// Sets the hidden elements to -infinity. The thread owns columns 8j + 2 (lane % 4) + {0, 1}: after a shift by the lane's
// offset the tested bits are compile-time constants.
__device__ __forceinline__ void apply_keep(float (&s)[32], const KeepBits& keep, int keys_left, int lane) {
  const int shift = 2 * (lane & 3);
#pragma unroll
  for (int w = 0; w < 2; ++w) {
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
