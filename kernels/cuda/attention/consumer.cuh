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
      : p_(p), s_(shared), warpgroup_(warpgroup), thread_(thread) {}

  __device__ __forceinline__ void run() {
    if (warpgroup_ == 1) pass_turn(1);  // warpgroup 0 goes first
    uint32_t q_parity = 0;
    for (;;) {
      ptx::mbarrier_wait(&s_.q_full, q_parity);
      q_parity ^= 1;
      const Item item = s_.item;
      if (item.tile < 0) break;
      attend(item);
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

  __device__ __forceinline__ void release(ptx::Barrier* barrier) const {
    if ((thread_ & 31) == 0) ptx::mbarrier_arrive(barrier);
  }

  // After the scores of a step: its K, and with the last one Q, may be overwritten.
  __device__ __forceinline__ void leave_keys(const Step& step) {
    release(&s_.k_empty[k_.slot]);
    k_.advance();
    if (!C::kStageInQ && step.last) release(&s_.q_empty);
  }

  __device__ __forceinline__ void leave_values() {
    release(&s_.v_empty[v_.slot]);
    v_.advance();
  }

  // S = Q K^T, committed.
  __device__ __forceinline__ void issue_scores(Scores& s, int slot) const {
    const uint64_t q = tile::k_major<tile::Swizzle::k128>(s_.q + warpgroup_ * 64 * 128);
    const uint64_t k = tile::k_major<tile::Swizzle::k128>(s_.k[slot]);
#pragma unroll
    for (int i = 0; i < C::kDim / 16; ++i)
      ScoreProduct::ss(s, tile::advance(q, i / 4 * C::kQChunkBytes + i % 4 * tile::kStepKMajor),
                       tile::advance(k, i / 4 * C::kKvChunkBytes + i % 4 * tile::kStepKMajor), i > 0);
    ptx::wgmma_commit();
  }

  // O += P V, committed.
  __device__ __forceinline__ void issue_values(Outputs& o, const Weights& weights, int slot) const {
    const uint64_t v = tile::mn_major(s_.v[slot], C::kKvChunkBytes);
#pragma unroll
    for (int i = 0; i < kSteps; ++i) ValueProduct::rs(o, weights[i], tile::advance(v, i * tile::kStepMnMajor), 1);
    ptx::wgmma_commit();
  }

  __device__ __forceinline__ void mask(Scores& s, const Step& step, const Item& item, const Row& row) const {
    KeepBits<C::kKeys / 32> keep;
    const Pattern& pattern = p_.patterns[item.pattern];
    const int lane = thread_ & 31;
    if (step.fill == kFillFull) {
#pragma unroll
      for (int w = 0; w < C::kKeys / 32; ++w) keep.row[0][w] = keep.row[1][w] = 0xffffffffu;
    } else if (step.fill == kFillClauses) {
      keep_by_clauses(keep, p_, pattern, step.first_key,
                      row.index + p_.geometry.key_length - p_.geometry.query_length, lane);
    } else {
      constexpr int64_t kBitmapWords = kTileRows * 4;
      keep_by_bitmap(keep, table<uint32_t>(p_, pattern.bitmaps) + (step.fill - kFillBitmap) * kBitmapWords,
                     step.first_key, row.index % kTileRows);
    }
    apply_keep(s, keep, p_.geometry.key_length - step.first_key, lane);
  }

  __device__ __forceinline__ void finish_scores(Scores& s, const Step& step, const Item& item, const Row& row) const {
    if constexpr (C::kModified)
      modify_scores(s, p_, row.slope, step.first_key, row.index + p_.geometry.key_length - p_.geometry.query_length,
                    thread_);
    if (step.masked) mask(s, step, item, row);
  }

  __device__ __forceinline__ void attend(const Item& item) {
    Row row;
    row.index = item.tile * kTileRows + 64 * warpgroup_ + 16 * (thread_ >> 5) + ((thread_ & 31) >> 2);
    row.scale = C::kModified ? 1.0f : p_.scale_log2;
    row.slope = C::kModified && p_.slopes != nullptr ? __ldg(p_.slopes + item.head) : 0.0f;
    Outputs o;
#pragma unroll
    for (int i = 0; i < kOutputs; ++i) o[i] = 0.0f;
    SoftmaxState state;
    if (!item.empty) {
      accumulate(o, state, item, row);
    } else if (!C::kStageInQ) {
      __syncwarp();  // every lane has read the item
      release(&s_.q_empty);
    }
    uint8_t* staging = (C::kStageInQ ? s_.q : s_.o) + warpgroup_ * 64 * 128;
    store_item<C>(p_, staging, o, state, row.scale, item, warpgroup_, thread_);
    if (C::kStageInQ) {
      if (thread_ == 0) ptx::bulk_wait_read<0>();
      ptx::warpgroup_sync<kStagingBarrier, kConsumers>(warpgroup_);
      release(&s_.q_empty);
    }
  }

  __device__ __forceinline__ void accumulate(Outputs& o, SoftmaxState& state, const Item& item, const Row& row) {
    Scores s;
    Weights even, odd;
    ptx::mbarrier_wait(&s_.k_full[k_.slot], k_.parity);
    Step step = s_.step[k_.slot];
    ptx::wgmma_fence();
    issue_scores(s, k_.slot);
    ptx::wgmma_wait<0>();
    ptx::pin(s);
    leave_keys(step);
    finish_scores(s, step, item, row);
    first_softmax<T>(s, even, state, row.scale);
    for (;;) {
      if (step.last) return finish_values(o, even);
      advance(o, s, even, odd, state, step, item, row);
      if (step.last) return finish_values(o, odd);
      advance(o, s, odd, even, state, step, item, row);
    }
  }

  // Adds the products of the step before, whose weights are `before`, and leaves the weights of the next step in `now`.
  __device__ __forceinline__ void advance(Outputs& o, Scores& s, Weights& before, Weights& now, SoftmaxState& state,
                                          Step& step, const Item& item, const Row& row) {
    ptx::mbarrier_wait(&s_.k_full[k_.slot], k_.parity);
    step = s_.step[k_.slot];
    ptx::mbarrier_wait(&s_.v_full[v_.slot], v_.parity);
    await_turn(warpgroup_);
    ptx::pin(s);
    ptx::pin(o);
    ptx::wgmma_fence();
    issue_scores(s, k_.slot);
    issue_values(o, before, v_.slot);
    pass_turn(warpgroup_);
    ptx::wgmma_wait<1>();
    ptx::pin(s);
    leave_keys(step);
    finish_scores(s, step, item, row);
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

  __device__ __forceinline__ void finish_values(Outputs& o, Weights& weights) {
    ptx::mbarrier_wait(&s_.v_full[v_.slot], v_.parity);
    ptx::pin(o);
    ptx::wgmma_fence();
    issue_values(o, weights, v_.slot);
    ptx::wgmma_wait<0>();
    ptx::pin(o);
    leave_values();
  }

  const Params& p_;
  SharedStorage<C>& s_;
  const int warpgroup_;
  const int thread_;
  pipeline::RingPosition<C::kKStages> k_;
  pipeline::RingPosition<C::kVStages> v_;
};

}  // namespace sparsek::attention
