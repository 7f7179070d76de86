// The producer warp: walks the visible blocks of one work item after the other and keeps the rings of Q, K and V filled.
//
// Order of loads: Q, K0, K1, V0, K2, V1, ..., Q of the next item, the last V: K runs one step ahead of V, as the consumers
// use them.
#pragma once

#include "../pipeline/ring.cuh"
#include "../ptx/tma.cuh"
#include "scheduler.cuh"

namespace sparsek::attention {

template <typename C>
class Producer {
 public:
  __device__ __forceinline__ Producer(const Params& p, SharedStorage<C>& shared) : p_(p), s_(shared) {}

  __device__ __forceinline__ void run() {
    Job job = take_plan();
    load_q(job.item);
    while (job.item.tile >= 0) job = load_item(job);
  }

 private:
  // An item and its walk, which has found the first block already.
  struct Job {
    Item item;
    BlockWalk<C::kSide> walk;
    Block first;
  };

  __device__ __forceinline__ Job take_plan() {
    ptx::mbarrier_wait(&s_.plan_full, plan_parity_);
    plan_parity_ ^= 1;
    const Item item = s_.plan.item;
    const WalkStart start = s_.plan.start;
    const BlockRange share = s_.plan.share[ptx::lane_index()];
    ptx::mbarrier_arrive(&s_.plan_empty);  // each lane for what it read
    __syncwarp();
    Job job{item, BlockWalk<C::kSide>(p_, item.pattern, item.tile, start, share), {INT_MAX, kFillFull}};
    if (item.tile >= 0) job.first = job.walk.next();
    job.item.empty = job.first.index == INT_MAX;
    return job;
  }

  // Loads what is left of an item, and Q of the next one before the last V, so that it is there in time. With a single Q
  // that would wait for this item's end while its V is missing: then V goes first.
  __device__ __forceinline__ Job load_item(Job& job) {
    if (job.item.empty) return next_job();
    const int kv_head = job.item.head / p_.group, batch = job.item.batch;
    Block block = job.first;
    Block following = job.walk.next();
    int key = block.index * C::kSide;
    load_k(key, block, is_last(following, key), kv_head, batch);
    for (;;) {
      const int pending = key;  // the V tile still to load
      if (!advance(job.walk, block, following, key)) break;
      load_k(key, block, is_last(following, key), kv_head, batch);
      load_v(pending, kv_head, batch);
    }
    if (C::kQStages == 1) load_v(key, kv_head, batch);
    const Job next = next_job();
    if (C::kQStages > 1) load_v(key, kv_head, batch);
    return next;
  }

  __device__ __forceinline__ Job next_job() {
    const Job job = take_plan();
    load_q(job.item);
    return job;
  }

  // The next step: the second half of the block where a step is half a block, else the next block.
  __device__ __forceinline__ bool advance(BlockWalk<C::kSide>& walk, Block& block, Block& following, int& key) const {
    if (more_in_block(key)) {
      key += C::kKeys;
      return true;
    }
    if (following.index == INT_MAX) return false;
    block = following;
    following = walk.next();
    key = block.index * C::kSide;
    return true;
  }

  // Whether keys of the same block follow the step at `key`, existing or not: consumers take a block's halves in pairs.
  __device__ __forceinline__ bool more_in_block(int key) const {
    return key % C::kSide + C::kKeys < C::kSide;
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
      if (item.empty) {  // or the end
        ptx::mbarrier_arrive(&s_.q_full[slot]);
      } else {
        ptx::mbarrier_arrive_expect(&s_.q_full[slot], C::kQBytes);
#pragma unroll
        for (int c = 0; c < C::kChunks; ++c)
          ptx::tma_load(s_.q[slot] + c * C::kQChunkBytes, &p_.q, &s_.q_full[slot], ptx::kEvictFirst, c * kChunk,
                        item.tile * C::kSide, item.head, item.batch);
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
  uint32_t plan_parity_ = 0;
  pipeline::RingPosition<C::kQStages> q_;
  pipeline::RingPosition<C::kKStages> k_;
  pipeline::RingPosition<C::kVStages> v_;
};

}  // namespace sparsek::attention
