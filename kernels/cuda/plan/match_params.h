// Matching of sets of block columns in pairs (plan/match.cu and ops/spmm_groups.cc). Shared by host and device.
#pragma once

#include <cstdint>

#ifdef __CUDACC__
#define SPARSEK_BOTH __host__ __device__
#else
#define SPARSEK_BOTH
#endif

namespace sparsek {

constexpr int kMatchWindow = 1024;  // most sets that are compared with each other

// Ranks a pair of sets by how many elements they share; among equals by x ^ y, where x and y are positions in the window.
// Neighbours of a regular pattern then prefer each other at once, and no two pairs of a set have one key. Never 0.
constexpr uint32_t kMatchMostShared = (uint32_t{1} << 21) - 1;

SPARSEK_BOTH constexpr uint32_t match_key(uint32_t shared, uint32_t x_xor_y) {
  return (shared < kMatchMostShared ? shared : kMatchMostShared) * (2 * kMatchWindow) + (2 * kMatchWindow - 1 - x_xor_y);
}

// The position that a key of the set at `x` belongs to.
SPARSEK_BOTH constexpr int match_other(uint32_t key, int x) {
  return static_cast<int>(2 * kMatchWindow - 1 - key % (2 * kMatchWindow)) ^ x;
}

struct alignas(8) MatchedPair {
  int32_t first, second;  // sets, first < second; second -1: alone
};

// One level of matching; windows from `first_window` on, as many as the grid has.
struct MatchParams {
  const uint64_t* sets;  // `words` words a set
  uint32_t* keys;        // window x window for each window of the grid
  MatchedPair* pairs;    // of all windows, in the order of their first sets; window w starts at w * window / 2
  uint64_t* merged;      // unions of the pairs: the sets of the next level; null: not needed
  int32_t count, words;  // of sets; of a set
  int32_t window;        // even, at most kMatchWindow
  int32_t first_window;
};

constexpr int kMatchSquare = 32;   // pairs of a block of the ranking: 32 x 32
constexpr int kRankThreads = 256;

}  // namespace sparsek
