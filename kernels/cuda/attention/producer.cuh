// The producer warp: draws work items, walks their visible blocks and keeps the K and V rings filled.
//
// Order of loads in an item: Q, K0, K1, V0, K2, V1, ... : K runs one step ahead of V, as the consumers use them.
#pragma once

#include "../pipeline/ring.cuh"
#include "../ptx/tma.cuh"
#include "block_walk.cuh"
#include "config.cuh"

namespace sparsek::attention {

// The index-th item of the computed order: sections of (batch, head) pairs that share the L2 cache; inside one, all
// heads of a query tile, then the next tile.
__device__ __forceinline__ Item decode_item(const Params& p, int index) {
  int pair, tile;
  if (p.order != nullptr) {
    const int code = __ldg(p.order + index);
    pair = code / p.query_tiles;
    tile = code - pair * p.query_tiles;
  } else {
    const int first = index / (p.section * p.query_tiles) * p.section;
    const int width = min(p.section, p.batch * p.heads - first);
    const int inside = index - first * p.query_tiles;
    tile = inside / width;
    pair = first + inside - tile * width;
    if (p.descending) tile = p.query_tiles - 1 - tile;
  }
  Item item{};
  item.tile = tile;
  item.batch = pair / p.heads;
  item.head = pair - item.batch * p.heads;
  const int map_row = p.map_batches == 1 ? 0 : item.batch;
  const int map_column = p.map_heads == 1 ? 0 : item.head;
  item.pattern = __ldg(p.head_map + map_row * p.map_heads + map_column);
  return item;
}

// Lane 0 draws; the counter returns to 0 when every CTA has drawn once past the end.
__device__ __forceinline__ uint32_t draw_ticket(const Params& p) {
  return ptx::lane_index() == 0 ? atomicInc(p.ticket, static_cast<uint32_t>(p.items) + gridDim.x - 1) : 0u;
}

template <typename C>
class Producer {
 public:
  __device__ __forceinline__ Producer(const Params& p, SharedStorage<C>& shared) : p_(p), s_(shared) {}

  __device__ __forceinline__ void run() {
    uint32_t ticket = draw_ticket(p_);
    for (;;) {
      const int index = ptx::warp_uniform(static_cast<int>(ticket));
      if (index >= p_.items) break;
      ticket = draw_ticket(p_);  // its latency lies under this item
      load_item(decode_item(p_, index));
    }
    Item stop{};
    stop.tile = -1;
    ptx::mbarrier_wait(&s_.q_empty[q_.slot], q_.parity ^ 1);
    __syncwarp();
    if (ptx::elect_one()) {
      s_.item[q_.slot] = stop;
      ptx::mbarrier_arrive(&s_.q_full[q_.slot]);
    }
  }

 private:
  __device__ __forceinline__ void load_item(Item item) {
    BlockWalk walk(p_, p_.patterns[item.pattern], item.tile);
    const int kv_head = item.head / p_.group;
    Block block = walk.next();
    Block following = block;
    item.empty = block.index == INT_MAX;
    bool more = !item.empty;
    int key = 0;  // first key of the step to load
    if (C::kQStages > 1) load_q(item);  // a slot is free by now; a single one frees up late, so K goes first
    if (more) {
      following = walk.next();
      key = block.index * kBlockKeys;
      load_k(key, block, is_last(following, key), kv_head, item.batch);
    }
    if (C::kQStages == 1) load_q(item);
    while (more) {
      const int pending = key;  // the V tile still to load
      more = advance(walk, block, following, key);
      if (more) load_k(key, block, is_last(following, key), kv_head, item.batch);
      load_v(pending, kv_head, item.batch);
    }
  }

  // The next step: the second half of the block where a step is half a block, else the next block.
  __device__ __forceinline__ bool advance(BlockWalk& walk, Block& block, Block& following, int& key) const {
    if (more_in_block(key)) {
      key += C::kKeys;
      return true;
    }
    if (following.index == INT_MAX) return false;
    block = following;
    following = walk.next();
    key = block.index * kBlockKeys;
    return true;
  }

  // Whether keys of the same block follow the step at `key`, existing or not: consumers take a block's halves in pairs.
  __device__ __forceinline__ bool more_in_block(int key) const {
    return key % kBlockKeys + C::kKeys < kBlockKeys;
  }

  __device__ __forceinline__ bool is_last(const Block& following, int key) const {
    return following.index == INT_MAX && !more_in_block(key);
  }

  __device__ __forceinline__ void load_q(const Item& item) {
    const int slot = q_.slot;
    ptx::mbarrier_wait(&s_.q_empty[slot], q_.parity ^ 1);
    __syncwarp();
    if (ptx::elect_one()) {
      s_.item[slot] = item;
      if (item.empty) {
        ptx::mbarrier_arrive(&s_.q_full[slot]);
      } else {
        ptx::mbarrier_arrive_expect(&s_.q_full[slot], C::kQBytes);
#pragma unroll
        for (int c = 0; c < C::kChunks; ++c)
          ptx::tma_load(s_.q[slot] + c * C::kQChunkBytes, &p_.q, &s_.q_full[slot], ptx::kEvictFirst, c * kChunk,
                        item.tile * kTileRows, item.head, item.batch);
      }
    }
    __syncwarp();
    q_.advance();
  }

  __device__ __forceinline__ void load_k(int key, const Block& block, bool last, int kv_head, int batch) {
    const int slot = k_.slot;
    ptx::mbarrier_wait(&s_.k_empty[slot], k_.parity ^ 1);
    __syncwarp();
    if (ptx::elect_one()) {
      s_.step[slot] = {key, block.fill, block.fill != kFillFull || key + C::kKeys > p_.geometry.key_length, last};
      ptx::mbarrier_arrive_expect(&s_.k_full[slot], C::kKvBytes);
#pragma unroll
      for (int c = 0; c < C::kChunks; ++c)
        ptx::tma_load(s_.k[slot] + c * C::kKvChunkBytes, &p_.k, &s_.k_full[slot], ptx::kEvictLast, c * kChunk, key,
                      kv_head, batch);
    }
    __syncwarp();
    k_.advance();
  }

  __device__ __forceinline__ void load_v(int key, int kv_head, int batch) {
    const int slot = v_.slot;
    ptx::mbarrier_wait(&s_.v_empty[slot], v_.parity ^ 1);
    __syncwarp();
    if (ptx::elect_one()) {
      ptx::mbarrier_arrive_expect(&s_.v_full[slot], C::kKvBytes);
#pragma unroll
      for (int c = 0; c < C::kChunks; ++c)
        ptx::tma_load(s_.v[slot] + c * C::kKvChunkBytes, &p_.v, &s_.v_full[slot], ptx::kEvictLast, c * kChunk, key,
                      kv_head, batch);
    }
    __syncwarp();
    v_.advance();
  }

  const Params& p_;
  SharedStorage<C>& s_;
  pipeline::RingPosition<C::kQStages> q_;
  pipeline::RingPosition<C::kKStages> k_;
  pipeline::RingPosition<C::kVStages> v_;
};

}  // namespace sparsek::attention
