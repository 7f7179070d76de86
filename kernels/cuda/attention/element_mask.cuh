// Masking of single elements, for the steps that need it: keep bits for each of the thread's two rows, from a bitmap
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

// Lane c of a quad holds the keep bits of keys 32 c .. 32 c + 31 of the step for the quad's two rows (accumulator rows r
// and r + 8); the quad shares them when they are applied. Two registers wait while the products run.
struct KeepBits {
  uint32_t row[2];
};

__device__ __forceinline__ KeepBits keep_by_clauses(const Params& p, const Pattern& pattern, int my_key, int row) {
  KeepBits keep{{0, 0}};
  const Clause* clauses = table<Clause>(p, pattern.clauses);
  for (int c = 0; c < pattern.clause_count; ++c) {
    const Clause clause = load_clause(clauses + c);
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const Interval keys = visible_keys(p.geometry, clause, row + 8 * r);
      keep.row[r] |= bit_range(keys.begin - my_key, keys.end - my_key);
    }
  }
  return keep;
}

// A row of a bitmap has WordsPerRow words.
template <int WordsPerRow>
__device__ __forceinline__ KeepBits keep_by_bitmap(const uint32_t* bitmap, int my_key, int row) {
  const uint32_t* word = bitmap + row * WordsPerRow + my_key / 32 % WordsPerRow;
  return {{__ldg(word), __ldg(word + 8 * WordsPerRow)}};
}

// Keys past the end do not exist.
__device__ __forceinline__ void drop_missing(KeepBits& keep, int keys_left) {
  const uint32_t exists = bit_range(0, keys_left);
  keep.row[0] &= exists;
  keep.row[1] &= exists;
}

// Sets the hidden elements to -infinity. The thread owns columns 8j + 2 (lane % 4) + {0, 1}: after a shift by the lane's
// offset the tested bits are compile-time constants.
template <int Count>
__device__ __forceinline__ void apply_keep(float (&s)[Count], const KeepBits& keep, int lane) {
#pragma unroll
  for (int w = 0; w < Count / 16; ++w) {
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const uint32_t bits = __shfl_sync(0xffffffffu, keep.row[r], (lane & ~3) | w) >> (2 * (lane & 3));
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
