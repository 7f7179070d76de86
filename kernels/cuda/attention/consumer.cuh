// A consumer warpgroup: 64 query rows against the visible key blocks, 64 keys at a time.
//
// Scores live in two register sets. While the softmax of one half-step runs, the tensor cores work on the products P V of
// the half-step before and on the scores of the one after:
//
//   issue O += P(h-1) V and S(h+1) = Q K^T | softmax of S(h) | wait for both | rescale O, pack P(h)
//
// so that each warpgroup by itself keeps products queued, and neither waits for the other. (ptxas gives up and
// serialises when products stay in flight across the loop's end, so the wait is for both.)
#pragma once

#include "../pipeline/ring.cuh"
#include "../ptx/wgmma.cuh"
#include "../tile/descriptor.cuh"
#include "element_mask.cuh"
#include "output.cuh"
#include "score_modifiers.cuh"

namespace sparsek::attention {

// ptxas would move a softmax below the next wait for products, where nothing runs under it. A branch that depends on the
// denominators, and is never taken because they are not negative, keeps it above.
__device__ __forceinline__ void hold_above_wait(const SoftmaxState& state) {
  if (state.sum[0] + state.sum[1] < 0.0f) asm volatile("nanosleep.u32 1;" ::: "memory");
}

template <typename C>
class Consumer {
 public:
  using T = typename C::T;

  __device__ __forceinline__ Consumer(const Params& p, SharedStorage<C>& shared, int warpgroup, int thread)
      : p_(p), s_(shared), warpgroup_(warpgroup), thread_(thread) {}

  __device__ __forceinline__ void run() {
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
  static constexpr int kScores = kHalfKeys / 2;
  static constexpr int kOutputs = C::kDim / 2;
  static constexpr int kSteps = kHalfKeys / 16;  // products of 16 keys in P V
  static constexpr int kQueries = C::kQueryInRegisters ? C::kDim / 16 : 1;
  using ScoreProduct = ptx::Wgmma<T, kHalfKeys, 0, 0>;
  using ValueProduct = ptx::Wgmma<T, C::kDim, 0, 1>;
  using Queries = uint32_t[kQueries][4];
  using Weights = uint32_t[kSteps][4];

  // What the threads of a row share over an item.
  struct Row {
    int index;    // of the thread's first row among the queries
    float scale;  // of the scores as the softmax sees them, in base 2
    float slope;
  };

  __device__ __forceinline__ void release(ptx::Barrier* barrier) const {
    if ((thread_ & 31) == 0) ptx::mbarrier_arrive(barrier);
  }

  // This warp's rows of Q as A fragments; after that Q's space may be overwritten.
  __device__ __forceinline__ void load_queries(Queries& queries) const {
    const int lane = thread_ & 31;
    const int row = 64 * warpgroup_ + 16 * (thread_ >> 5) + (lane & 15);
#pragma unroll
    for (int i = 0; i < kQueries; ++i) {
      const uint32_t offset = row * 128 + (i % 4) * 32 + (lane >> 4) * 16;
      ptx::ldmatrix_x4(queries[i], ptx::shared_address(s_.q + (i / 4) * C::kQChunkBytes) +
                                       tile::swizzled<tile::Swizzle::k128>(offset));
    }
    __syncwarp();
    release(&s_.q_empty);
  }

  // S = Q K^T for one half-step, committed.
  __device__ __forceinline__ void issue_scores(float (&s)[kScores], const Queries& queries, int half) const {
    const uint64_t q = tile::k_major<tile::Swizzle::k128>(s_.q + warpgroup_ * 64 * 128);
    const uint64_t k = tile::k_major<tile::Swizzle::k128>(s_.k[k_.slot] + half % C::kHalves * kHalfKeys * 128);
#pragma unroll
    for (int i = 0; i < C::kDim / 16; ++i) {
      const uint64_t key = tile::advance(k, i / 4 * C::kKvChunkBytes + i % 4 * tile::kStepKMajor);
      if constexpr (C::kQueryInRegisters) {
        ScoreProduct::rs(s, queries[i], key, i > 0);
      } else {
        ScoreProduct::ss(s, tile::advance(q, i / 4 * C::kQChunkBytes + i % 4 * tile::kStepKMajor), key, i > 0);
      }
    }
    ptx::wgmma_commit();
  }

  // O += P V for one half-step, committed.
  __device__ __forceinline__ void issue_values(float (&o)[kOutputs], const Weights& weights, int half) const {
    const uint64_t v = tile::mn_major(s_.v[v_.slot] + half % C::kHalves * kHalfKeys * 128, C::kKvChunkBytes);
#pragma unroll
    for (int i = 0; i < kSteps; ++i) ValueProduct::rs(o, weights[i], tile::advance(v, i * tile::kStepMnMajor), 1);
    ptx::wgmma_commit();
  }

  // The first half of a stage waits for it; after the last half it goes back to the producer.
  __device__ __forceinline__ void await_keys(int half) const {
    if (half % C::kHalves == 0) ptx::mbarrier_wait(&s_.k_full[k_.slot], k_.parity);
  }

  __device__ __forceinline__ void leave_keys(int half) {
    if (half % C::kHalves != C::kHalves - 1) return;
    release(&s_.k_empty[k_.slot]);
    k_.advance();
  }

  __device__ __forceinline__ void await_values(int half) const {
    if (half % C::kHalves == 0) ptx::mbarrier_wait(&s_.v_full[v_.slot], v_.parity);
  }

  __device__ __forceinline__ void leave_values(int half) {
    if (half % C::kHalves != C::kHalves - 1) return;
    release(&s_.v_empty[v_.slot]);
    v_.advance();
  }

  __device__ __forceinline__ static void begin_products(float (&s)[kScores], float (&o)[kOutputs]) {
    ptx::pin(s);
    ptx::pin(o);
    ptx::wgmma_fence();
  }

  __device__ __forceinline__ static void end_products(float (&s)[kScores], float (&o)[kOutputs], Weights& weights) {
    ptx::wgmma_wait<0>();
    ptx::pin(s);
    ptx::pin(o);
#pragma unroll
    for (int i = 0; i < kSteps; ++i) ptx::pin(weights[i]);
  }

  __device__ __forceinline__ void mask(float (&s)[kScores], const Step& step, int first_key, const Item& item,
                                       const Row& row) const {
    KeepBits keep;
    const Pattern& pattern = p_.patterns[item.pattern];
    const int lane = thread_ & 31;
    if (step.fill == kFillFull) {
      keep = {{{~0u, ~0u}, {~0u, ~0u}}};
    } else if (step.fill == kFillClauses) {
      keep_by_clauses(keep, p_, pattern, first_key, row.index + p_.geometry.key_length - p_.geometry.query_length,
                      lane);
    } else {
      constexpr int64_t kBitmapWords = kTileRows * 4;
      keep_by_bitmap(keep, table<uint32_t>(p_, pattern.bitmaps) + (step.fill - kFillBitmap) * kBitmapWords, first_key,
                     row.index % kTileRows);
    }
    apply_keep(s, keep, p_.geometry.key_length - first_key, lane);
  }

  // Scores of a half-step to weights exp2(s - max); gives the factor for O.
  __device__ __forceinline__ void soften(float (&s)[kScores], SoftmaxState& state, float (&rescale)[2],
                                         const Step& step, int half, const Item& item, const Row& row) const {
    const int first_key = step.first_key + half % C::kHalves * kHalfKeys;
    if constexpr (C::kModified)
      modify_scores(s, p_, row.slope, first_key, row.index + p_.geometry.key_length - p_.geometry.query_length,
                    thread_);
    if (step.masked) mask(s, step, first_key, item, row);
    softmax_step(s, state, rescale, row.scale);
    hold_above_wait(state);
  }

  // O times the factor, skipped when no row of the warp found a new maximum; P in 16 bits.
  __device__ __forceinline__ static void prepare_values(float (&o)[kOutputs], Weights& weights,
                                                        const float (&s)[kScores], const float (&rescale)[2]) {
    if (__any_sync(0xffffffffu, rescale[0] != 1.0f || rescale[1] != 1.0f)) {
#pragma unroll
      for (int i = 0; i < kOutputs; ++i) o[i] *= rescale[(i >> 1) & 1];
    }
#pragma unroll
    for (int i = 0; i < kSteps; ++i) tile::pack_columns<T>(weights[i], s, 8 * i);
  }

  __device__ __forceinline__ void attend(const Item& item) {
    Row row;
    row.index = item.tile * kTileRows + 64 * warpgroup_ + 16 * (thread_ >> 5) + ((thread_ & 31) >> 2);
    row.scale = C::kModified ? 1.0f : p_.scale_log2;
    row.slope = C::kModified && p_.slopes != nullptr ? __ldg(p_.slopes + item.head) : 0.0f;
    float o[kOutputs];
#pragma unroll
    for (int i = 0; i < kOutputs; ++i) o[i] = 0.0f;
    SoftmaxState state{{-CUDART_INF_F, -CUDART_INF_F}, {0.0f, 0.0f}};
    if (!item.empty) accumulate(o, state, item, row);
    if (!C::kStageInQ && (item.empty || !C::kQueryInRegisters)) {
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

  __device__ __forceinline__ void accumulate(float (&o)[kOutputs], SoftmaxState& state, const Item& item,
                                             const Row& row) {
    float s0[kScores], s1[kScores];
    Weights weights;
    Queries queries;
    float rescale[2];
    if constexpr (C::kQueryInRegisters) load_queries(queries);

    await_keys(0);
    Step step = s_.step[k_.slot];
    ptx::wgmma_fence();
    issue_scores(s0, queries, 0);
    ptx::wgmma_wait<0>();
    ptx::pin(s0);
    leave_keys(0);
    await_keys(1);
    ptx::wgmma_fence();
    issue_scores(s1, queries, 1);
    soften(s0, state, rescale, step, 0, item, row);
    ptx::wgmma_wait<0>();
    ptx::pin(s1);
    if (C::kHalves == 1) step = s_.step[k_.slot];
    leave_keys(1);
    prepare_values(o, weights, s0, rescale);

    while (!step.last) {
      // Under the softmax of half 1: P V of half 0, scores of the next half 0.
      await_keys(0);
      const Step next = s_.step[k_.slot];
      await_values(0);
      begin_products(s0, o);
      issue_values(o, weights, 0);
      issue_scores(s0, queries, 0);
      soften(s1, state, rescale, step, 1, item, row);
      end_products(s0, o, weights);
      leave_keys(0);
      leave_values(0);
      prepare_values(o, weights, s1, rescale);
      step = next;

      // Under the softmax of half 0: P V of half 1, scores of half 1.
      await_keys(1);
      await_values(1);
      begin_products(s1, o);
      issue_values(o, weights, 1);
      issue_scores(s1, queries, 1);
      soften(s0, state, rescale, step, 0, item, row);
      end_products(s1, o, weights);
      if (C::kHalves == 1) step = s_.step[k_.slot];
      leave_keys(1);
      leave_values(1);
      prepare_values(o, weights, s0, rescale);
    }

    await_values(0);
    begin_products(s1, o);
    issue_values(o, weights, 0);
    soften(s1, state, rescale, step, 1, item, row);
    end_products(s1, o, weights);
    leave_values(0);
    prepare_values(o, weights, s1, rescale);
    await_values(1);
    begin_products(s1, o);
    issue_values(o, weights, 1);
    end_products(s1, o, weights);
    leave_values(1);
  }

  const Params& p_;
  SharedStorage<C>& s_;
  const int warpgroup_;
  const int thread_;
  pipeline::RingPosition<C::kKStages> k_;
  pipeline::RingPosition<C::kVStages> v_;
};

}  // namespace sparsek::attention
