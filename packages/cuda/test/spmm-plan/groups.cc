// Compares the matching of block rows with a greedy one that sorts all pairs, and with a model of the rounds in which
// kernels/cuda/plan/match.cu finds it. Prints the first fault and returns 1.
#include <algorithm>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "../../addon/ops/spmm_groups.h"

using namespace sparsek;
using namespace sparsek::ops;

namespace {

struct Sets {
  int count, words;
  std::vector<uint64_t> bits;

  uint32_t key(int x, int y) const {
    uint32_t shared = 0;
    for (int w = 0; w < words; ++w)
      shared += static_cast<uint32_t>(__builtin_popcountll(bits[x * words + w] & bits[y * words + w]));
    return match_key(shared, static_cast<uint32_t>(x ^ y));
  }
};

Sets random_sets(int count, int words, double density, bool nested, std::mt19937& draw) {
  Sets sets{count, words, std::vector<uint64_t>(static_cast<size_t>(count) * words, 0)};
  for (int x = 0; x < count; ++x)
    for (int b = 0; b < 64 * words; ++b)
      if (nested ? b < 64 * words / (x + 1) : draw() < density * 4294967296.0) sets.bits[x * words + b / 64] |= 1ull << b % 64;
  return sets;
}

std::vector<int> by_sorting(const Sets& sets) {
  struct Edge {
    uint32_t key;
    int x, y;
  };
  std::vector<Edge> edges;
  for (int x = 0; x < sets.count; ++x)
    for (int y = x + 1; y < sets.count; ++y) edges.push_back({sets.key(x, y), x, y});
  std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.key > b.key; });
  std::vector<int> partner(sets.count, -1);
  for (const Edge& edge : edges)
    if (partner[edge.x] < 0 && partner[edge.y] < 0) {
      partner[edge.x] = edge.y;
      partner[edge.y] = edge.x;
    }
  return partner;
}

std::vector<int> by_rounds(const Sets& sets, int& rounds) {
  constexpr uint32_t kUnknown = ~0u;
  std::vector<uint32_t> best(sets.count, kUnknown);
  std::vector<int> partner(sets.count, -1);
  for (rounds = 1;; ++rounds) {
    std::vector<uint32_t> next = best;
    for (int warp = 0; warp < 32; ++warp) {
      int chosen = -1;
      for (int x = warp; x < sets.count; x += 32) {
        const bool stale = partner[x] < 0 && best[x] > 0 && (best[x] == kUnknown || partner[match_other(best[x], x)] >= 0);
        if (stale && (chosen < 0 || best[x] > best[chosen])) chosen = x;
      }
      if (chosen < 0) continue;
      next[chosen] = 0;
      for (int y = 0; y < sets.count; ++y)
        if (y != chosen && partner[y] < 0) next[chosen] = std::max(next[chosen], sets.key(chosen, y));
    }
    best = next;
    std::vector<int> after = partner;
    bool unfinished = false;
    for (int x = 0; x < sets.count; ++x) {
      if (partner[x] >= 0 || best[x] == 0) continue;
      if (best[x] != kUnknown && best[match_other(best[x], x)] == best[x]) after[x] = match_other(best[x], x);
      unfinished |= after[x] < 0;
    }
    partner = after;
    if (!unfinished) return partner;
  }
}

void compare(const Sets& sets, int& rounds) {
  std::vector<int> partner(sets.count, -2);
  int last = -1;
  for (const MatchedPair& pair : match_level(sets.bits, sets.count, sets.words, kMatchWindow)) {
    if (pair.first <= last) throw std::runtime_error("pairs are not in the order of their first sets");
    last = pair.first;
    partner[pair.first] = pair.second;
    if (pair.second >= 0) partner[pair.second] = pair.first;
  }
  if (partner != by_sorting(sets)) throw std::runtime_error("the host's matching is not the greedy one");
  if (partner != by_rounds(sets, rounds)) throw std::runtime_error("the device's rounds give another matching");
}

}  // namespace

int main() {
  std::mt19937 draw(7);
  int cases = 0, most = 0;
  try {
    for (const int count : {1, 2, 3, 31, 33, 64, 127, 200})
      for (const int words : {1, 3})
        for (const double density : {0.0, 0.1, 0.5, 1.0})
          for (const bool nested : {false, true}) {
            int rounds = 0;
            compare(random_sets(count, words, density, nested, draw), rounds);
            most = std::max(most, rounds);
            ++cases;
          }
  } catch (const std::exception& error) {
    std::printf("%s (case %d)\n", error.what(), cases);
    return 1;
  }
  std::printf("%d cases, at most %d rounds\n", cases, most);
  return 0;
}
