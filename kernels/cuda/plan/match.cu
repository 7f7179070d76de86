// Matches sets of block columns in pairs, those that share most first: the costliest part of a plan for small blocks. Gives
// exactly the pairs of ops/spmm_groups.cc.
#include <cuda_runtime.h>

#include "match_params.h"

namespace {

using sparsek::kMatchSquare;
using sparsek::kMatchWindow;
using sparsek::MatchParams;

constexpr unsigned kAll = 0xffffffffu;
constexpr uint32_t kUnknown = ~uint32_t{0};  // above every key: not looked at yet

__device__ int window_size(const MatchParams& p, int window) { return min(p.window, p.count - window * p.window); }

}  // namespace

// keys[window][x][y] for every two sets of a window, 0 for x = y. A block ranks 32 x 32 pairs, a thread four of them.
extern "C" __global__ void __launch_bounds__(sparsek::kRankThreads)
    sparsek_rank_pairs(const __grid_constant__ MatchParams p) {
  constexpr int kWords = 16;
  __shared__ uint64_t sets[2][kMatchSquare][kWords + 1];
  const int window = p.first_window + static_cast<int>(blockIdx.z);
  const int size = window_size(p, window);
  const int first[2] = {static_cast<int>(blockIdx.y) * kMatchSquare, static_cast<int>(blockIdx.x) * kMatchSquare};
  if (first[0] >= size || first[1] >= size) return;
  const int64_t base = static_cast<int64_t>(window) * p.window;
  const int lane = static_cast<int>(threadIdx.x) % kMatchSquare, warp = static_cast<int>(threadIdx.x) / kMatchSquare;
  constexpr int kWarps = sparsek::kRankThreads / kMatchSquare, kEach = kMatchSquare / kWarps;
  uint32_t shared[kEach] = {};
  for (int begin = 0; begin < p.words; begin += kWords) {
    for (int i = static_cast<int>(threadIdx.x); i < 2 * kMatchSquare * kWords; i += sparsek::kRankThreads) {
      const int side = i / (kMatchSquare * kWords), set = i / kWords % kMatchSquare, word = i % kWords;
      const bool inside = first[side] + set < size && begin + word < p.words;
      sets[side][set][word] = inside ? p.sets[(base + first[side] + set) * p.words + begin + word] : 0;
    }
    __syncthreads();
    for (int word = 0; word < kWords; ++word) {
      const uint64_t y = sets[1][lane][word];
#pragma unroll
      for (int i = 0; i < kEach; ++i) shared[i] += __popcll(sets[0][warp + i * kWarps][word] & y);
    }
    __syncthreads();
  }
  const int y = first[1] + lane;
  if (y >= size) return;
#pragma unroll
  for (int i = 0; i < kEach; ++i) {
    const int x = first[0] + warp + i * kWarps;
    if (x >= size) continue;
    p.keys[(static_cast<int64_t>(blockIdx.z) * p.window + x) * p.window + y] =
        x == y ? 0 : sparsek::match_key(shared[i], static_cast<uint32_t>(x ^ y));
  }
}

// One block a window, a thread a set; warp w looks for sets w, w + 32, w + 64, ... `best` is what a set found when it last
// looked, so it is too high where that partner was taken meanwhile. In each round every warp lets that one of its sets look
// again whose `best` is highest; sets that name each other are then a pair: whoever else they could have is ranked lower, so
// the pairs do not depend on who looked when.
extern "C" __global__ void __launch_bounds__(kMatchWindow) sparsek_match_window(const __grid_constant__ MatchParams p) {
  __shared__ uint32_t best[kMatchWindow];
  __shared__ bool is_free[kMatchWindow];
  __shared__ int before[kMatchWindow / 32];
  __shared__ sparsek::MatchedPair pairs[kMatchWindow / 2];
  const int window = p.first_window + static_cast<int>(blockIdx.x);
  const int size = window_size(p, window);
  const int self = static_cast<int>(threadIdx.x), lane = self % 32, warp = self / 32;
  const uint32_t* keys = p.keys + static_cast<int64_t>(blockIdx.x) * p.window * p.window;
  best[self] = self < size ? kUnknown : 0;
  is_free[self] = self < size;
  __syncthreads();

  int partner = -1;
  for (;;) {
    const int mine = lane * (kMatchWindow / 32) + warp;
    const uint32_t was = best[mine];
    const bool stale = is_free[mine] && was > 0 && (was == kUnknown || !is_free[sparsek::match_other(was, mine)]);
    const uint32_t highest = __reduce_max_sync(kAll, stale ? was : 0);
    if (highest > 0) {
      const int chosen = __ffs(static_cast<int>(__ballot_sync(kAll, stale && was == highest))) - 1;
      const int x = chosen * (kMatchWindow / 32) + warp;
      const uint32_t* row = keys + static_cast<int64_t>(x) * p.window;
      uint32_t found = 0;
      for (int y = lane; y < size; y += 32) found = max(found, is_free[y] ? row[y] : 0);
      found = __reduce_max_sync(kAll, found);
      __syncwarp();  // every lane has read its `best`
      if (lane == 0) best[x] = found;
    }
    __syncthreads();
    const uint32_t own = best[self];
    if (is_free[self] && own > 0 && own != kUnknown) {
      const int other = sparsek::match_other(own, self);
      if (best[other] == own) partner = other;
    }
    __syncthreads();
    if (partner >= 0) is_free[self] = false;
    // A set without anybody left has a best of 0 and stays alone.
    if (!__syncthreads_or(partner < 0 && own > 0)) break;
  }

  const bool leads = self < size && (partner < 0 || partner > self);
  const unsigned leading = __ballot_sync(kAll, leads);
  if (lane == 0) before[warp] = __popc(leading);
  __syncthreads();
  int place = __popc(leading & ((1u << lane) - 1));
  for (int i = 0; i < warp; ++i) place += before[i];
  const int begin = window * p.window;
  if (leads) {
    pairs[place] = {begin + self, partner < 0 ? -1 : begin + partner};
    p.pairs[begin / 2 + place] = pairs[place];
  }
  __syncthreads();
  if (p.merged == nullptr) return;
  const int words = (size + 1) / 2 * p.words;
  for (int i = self; i < words; i += kMatchWindow) {
    const sparsek::MatchedPair pair = pairs[i / p.words];
    const int word = i % p.words;
    uint64_t bits = p.sets[static_cast<int64_t>(pair.first) * p.words + word];
    if (pair.second >= 0) bits |= p.sets[static_cast<int64_t>(pair.second) * p.words + word];
    p.merged[static_cast<int64_t>(begin / 2) * p.words + i] = bits;
  }
}
