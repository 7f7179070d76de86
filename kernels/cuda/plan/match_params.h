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

}  // namespace sparsek
