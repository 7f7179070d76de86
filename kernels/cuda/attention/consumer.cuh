// A consumer warpgroup: 64 query rows against the visible key blocks.
//
// The scores of step j and the products P V of step j - 1 are issued together, and the softmax of step j runs while P V is
// still busy. Its weights go to the other of two register sets, because P V reads the first one until it ends. The two
// warpgroups are half a step apart, so that one computes exponentials while the other keeps the tensor cores busy.
#pragma once

#include "../pipeline/ring.cuh"
#include "../ptx/wgmma.cuh"
#include "../tile/descriptor.cuh"
#include "element_mask.cuh"
#include "output.cuh"
#include "score_modifiers.cuh"

namespace sparsek::attention {

constexpr int kOrderBarrier = 1;  // named barriers 1 and 2: the turn of warpgroup 0 and 1

__device__ __forceinline__ void await_turn(int warpgroup) {
  if (warpgroup == 0) {
    ptx::named_barrier_sync<kOrderBarrier, 128 * kConsumers>();
  } else {
    ptx::named_barrier_sync<kOrderBarrier + 1, 128 * kConsumers>();
  }
}

__device__ __forceinline__ void pass_turn(int warpgroup) {
  if (warpgroup == 0) {
    ptx::named_barrier_arrive<kOrderBarrier + 1, 128 * kConsumers>();
  } else {
    ptx::named_barrier_arrive<kOrderBarrier, 128 * kConsumers>();
  }
}

template <typename C>
class Consumer {
 public:
  using T = typename C::T;

  __device__ __forceinline__ Consumer(const Params& p, SharedStorage<C>& shared, int warpgroup, int thread)
      : p_(p), s_(shared), member_(warpgroup % C::kTeam), warpgroup_(warpgroup), thread_(thread) {}

  __device__ __forceinline__ void run() {
    if (C::kOrdered && warpgroup_ == 1) pass_turn(1);  // warpgroup 0 goes first
    Item item = await_item();
    while (item.tile >= 0) {
      const int slot = item_slot();
      if (item.empty) {
        store_empty(item, slot);
        item = await_item();
      } else {
        item = attend(item);
      }
    }
    if (thread_ == 0) ptx::bulk_wait<0>();
  }

 private:
  static constexpr int kScores = C::kKeys / 2;
  static constexpr int kOutputs = C::kDim / 2;
  static constexpr int kSteps = C::kKeys / 16;  // products of 16 keys in P V
  using ScoreProduct = ptx::Wgmma<T, C::kKeys, 0, 0>;
  using ValueProduct = ptx::Wgmma<T, C::kDim, 0, 1>;
  using Scores = float[kScores];
  using Outputs = float[kOutputs];
  using Weights = uint32_t[kSteps][4];

  // What holds for the thread over an item.
  struct Row {
    int index;    // of the thread's first row among the queries
    float scale;  // of the scores as the softmax sees them, in base 2
    float slope;
  };

  // One lane for its warp, after every lane has read what the barrier guards.
  __device__ __forceinline__ void release(ptx::Barrier* barrier) const {
    __syncwarp();
    if ((thread_ & 31) == 0) ptx::mbarrier_arrive(barrier);
  }

  __device__ __forceinline__ Item await_item() {
    ptx::mbarrier_wait(&s_.q_full[q_.slot], q_.parity);
    const Item item = s_.item[q_.slot];
    q_.advance();
    return item;
  }

  // Slot of the item that await_item gave last.
  __device__ __forceinline__ int item_slot() const { return (q_.slot + C::kQStages - 1) % C::kQStages; }

  // After the scores of a step: its K, and with the last one Q, may be overwritten.
  __device__ __forceinline__ void leave_keys(const Step& step, int item_slot) {
    release(&s_.k_empty[k_.slot]);
    k_.advance();
    if (!C::kStageInQ && step.last) ptx::mbarrier_arrive(&s_.q_empty[item_slot]);  // each lane for the item it read
  }

  __device__ __forceinline__ void leave_values() {
    release(&s_.v_empty[v_.slot]);
    v_.advance();
  }

  // S = Q K^T, committed.
  __device__ __forceinline__ void issue_scores(Scores& s, int item_slot) const {
    const uint64_t q = tile::k_major<tile::Swizzle::k128>(s_.q[item_slot] + member_ * 64 * 128);
    const uint64_t k = tile::k_major<tile::Swizzle::k128>(s_.k[k_.slot]);
#pragma unroll
    for (int i = 0; i < C::kDim / 16; ++i)
      ScoreProduct::ss(s, tile::advance(q, i / 4 * C::kQChunkBytes + i % 4 * tile::kStepKMajor),
                       tile::advance(k, i / 4 * C::kKvChunkBytes + i % 4 * tile::kStepKMajor), i > 0);
    ptx::wgmma_commit();
  }

  // O += P V, or O = P V with `accumulate` 0; committed.
  __device__ __forceinline__ void issue_values(Outputs& o, const Weights& weights, int accumulate) const {
    const uint64_t v = tile::mn_major(s_.v[v_.slot], C::kKvChunkBytes);
#pragma unroll
    for (int i = 0; i < kSteps; ++i)
      ValueProduct::rs(o, weights[i], tile::advance(v, i * tile::kStepMnMajor), i > 0 ? 1 : accumulate);
    ptx::wgmma_commit();
  }

  // Which scores of a marked step to keep.
  __device__ __forceinline__ KeepBits find_kept(const Step& step, const Item& item, const Row& row) const {
    KeepBits keep{{~0u, ~0u}};
    if (!step.masked) return keep;
    const Pattern& pattern = p_.masks.patterns[item.pattern];
    const int my_key = step.first_key + 32 * (thread_ & 3);
    if (step.fill == kFillClauses) {
      keep = keep_by_clauses(p_, pattern, my_key, row.index + p_.geometry.key_length - p_.geometry.query_length);
    } else if (step.fill >= kFillBitmap) {
      constexpr int kRowWords = C::kSide / 32;
      constexpr int64_t kBitmapWords = C::kSide * kRowWords;
      keep = keep_by_bitmap<kRowWords>(
          table<uint32_t>(p_, pattern.bitmaps) + (step.fill - kFillBitmap) * kBitmapWords, my_key,
          row.index % C::kSide);
    }
    drop_missing(keep, p_.geometry.key_length - my_key);
    return keep;
  }

  __device__ __forceinline__ void finish_scores(Scores& s, const KeepBits& keep, const Step& step, const Row& row) const {
    if constexpr (C::kModified)
      modify_scores(s, p_, row.slope, step.first_key, row.index + p_.geometry.key_length - p_.geometry.query_length,
                    thread_);
    if (step.masked) apply_keep(s, keep, thread_ & 31);
  }

  __device__ __forceinline__ Row row_of(const Item& item) const {
    Row row;
    row.index = item.tile * C::kSide + 64 * member_ + 16 * (thread_ >> 5) + ((thread_ & 31) >> 2);
    row.scale = C::kModified ? 1.0f : p_.scores.scale_log2;
    row.slope = C::kModified && p_.slopes != nullptr ? __ldg(p_.slopes + item.head) : 0.0f;
    return row;
  }

  __device__ __forceinline__ void store(Outputs& o, const SoftmaxState& state, const Item& item, int slot) const {
    if (item.partial >= 0) {
      store_part<C>(p_, o, state, C::kModified ? 1.0f : p_.scores.scale_log2, item.partial, member_, thread_);
      if (C::kStageInQ) ptx::mbarrier_arrive(&s_.q_empty[slot]);
      return;
    }
    uint8_t* staging = (C::kStageInQ ? s_.q[slot] : s_.o) + member_ * 64 * 128;
    store_item<C>(p_, staging, o, state, C::kModified ? 1.0f : p_.scores.scale_log2, item, member_, warpgroup_, thread_);
    if (C::kStageInQ) {
      if (thread_ == 0) ptx::bulk_wait_read<0>();
      ptx::warpgroup_sync<kStagingBarrier, kConsumers>(warpgroup_);
      ptx::mbarrier_arrive(&s_.q_empty[slot]);
    }
  }

  __device__ __forceinline__ void store_empty(const Item& item, int slot) const {
    Outputs o;
#pragma unroll
    for (int i = 0; i < kOutputs; ++i) o[i] = 0.0f;
    if (!C::kStageInQ) ptx::mbarrier_arrive(&s_.q_empty[slot]);
    store(o, SoftmaxState{}, item, slot);
  }

  // Works off `item` and the items after it, as long as they see something and Q has two slots: the first scores of an
  // item then run under the end of the one before. Returns the item that follows.
  __device__ __forceinline__ Item attend(Item item) {
    Scores s;
    Weights even, odd;
    int slot = item_slot();
    ptx::mbarrier_wait(&s_.k_full[k_.slot], k_.parity);
    ptx::wgmma_fence();
    issue_scores(s, slot);
    Step step = s_.step[k_.slot];
    Row row = row_of(item);
    KeepBits keep = find_kept(step, item, row);
    ptx::wgmma_wait<0>();
    for (;;) {
      ptx::pin(s);
      leave_keys(step, slot);
      finish_scores(s, keep, step, row);
      Outputs o;
      int accumulate = 0;  // the first products of an item replace what O held
      SoftmaxState state;
      first_softmax<T>(s, even, state, row.scale);
      Item next;
      for (;;) {
        if (step.last) {
          next = conclude(o, s, even, keep, state, step, item, slot, row, accumulate);
          break;
        }
        advance(o, s, even, odd, state, step, item, slot, row, accumulate);
        accumulate = 1;
        if (step.last) {
          next = conclude(o, s, odd, keep, state, step, item, slot, row, 1);
          break;
        }
        advance(o, s, odd, even, state, step, item, slot, row, 1);
      }
      if (C::kQStages == 1 || next.tile < 0 || next.empty) return next;
      item = next;
      slot = item_slot();
    }
  }

  // The last products of an item and its store; with two Qs, the first scores of the next item under them.
  __device__ __forceinline__ Item conclude(Outputs& o, Scores& s, Weights& weights, KeepBits& keep,
                                           const SoftmaxState& state, Step& step, const Item& item, int slot,
                                           Row& row, int accumulate) {
    if (C::kQStages == 1) {
      finish_values(o, weights, accumulate);
      store(o, state, item, slot);
      return await_item();
    }
    const Item next = await_item();
    if (next.tile < 0 || next.empty) {
      finish_values(o, weights, accumulate);
      store(o, state, item, slot);
      return next;
    }
    ptx::mbarrier_wait(&s_.v_full[v_.slot], v_.parity);
    ptx::mbarrier_wait(&s_.k_full[k_.slot], k_.parity);
    ptx::pin(s);
    ptx::pin(o);
    ptx::wgmma_fence();
    issue_values(o, weights, accumulate);
    issue_scores(s, item_slot());
    step = s_.step[k_.slot];
    row = row_of(next);
    keep = find_kept(step, next, row);
    ptx::wgmma_wait<1>();
    ptx::pin(o);
    leave_values();
    store(o, state, item, slot);
    ptx::wgmma_wait<0>();
    return next;
  }

  // Adds the products of the step before, whose weights are `before`, and leaves the weights of the next step in `now`.
  __device__ __forceinline__ void advance(Outputs& o, Scores& s, Weights& before, Weights& now, SoftmaxState& state,
                                          Step& step, const Item& item, int slot, const Row& row, int accumulate) {
    ptx::mbarrier_wait(&s_.k_full[k_.slot], k_.parity);
    step = s_.step[k_.slot];
    if (C::kOrdered) await_turn(warpgroup_);  // both warpgroups take the same number of turns: the steps of their items
    ptx::pin(s);
    ptx::wgmma_fence();
    issue_scores(s, slot);
    KeepBits keep;
    if (C::kMaskEarly) keep = find_kept(step, item, row);
    ptx::mbarrier_wait(&s_.v_full[v_.slot], v_.parity);
    ptx::pin(o);
    ptx::wgmma_fence();
    issue_values(o, before, accumulate);
    if (C::kOrdered) pass_turn(warpgroup_);
    ptx::wgmma_wait<1>();
    ptx::pin(s);
    leave_keys(step, slot);
    if (!C::kMaskEarly) keep = find_kept(step, item, row);
    finish_scores(s, keep, step, row);
    float rescale[2];
    const bool raised = next_softmax<T>(s, now, state, rescale, row.scale);
    ptx::wgmma_wait<0>();
    ptx::pin(o);
    leave_values();
    if (raised) {
#pragma unroll
      for (int i = 0; i < kOutputs; ++i) o[i] *= rescale[(i >> 1) & 1];
    }
  }

  __device__ __forceinline__ void finish_values(Outputs& o, Weights& weights, int accumulate) {
    ptx::mbarrier_wait(&s_.v_full[v_.slot], v_.parity);
    ptx::pin(o);
    ptx::wgmma_fence();
    issue_values(o, weights, accumulate);
    ptx::wgmma_wait<0>();
    ptx::pin(o);
    leave_values();
  }

  const Params& p_;
  SharedStorage<C>& s_;
  const int member_;     // place in the tile
  const int warpgroup_;
  const int thread_;
  pipeline::RingPosition<C::kQStages> q_;
  pipeline::RingPosition<C::kKStages> k_;
  pipeline::RingPosition<C::kVStages> v_;
};

}  // namespace sparsek::attention
