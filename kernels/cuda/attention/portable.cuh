// Attention for sm_80 and later: O = softmax(scale Q K^T + mask) V over the visible steps of keys, with an online softmax.
//
// One CTA a tile of queries of one head, 16 queries a warp. K of the next step arrives while V of this one is used, and V
// while the scores are computed. Rows past the ends and columns past the head dimension are zeros in shared memory, so that
// no length and no dimension need be a multiple of anything.
#pragma once

#include "portable_products.cuh"
#include "portable_walk.cuh"

namespace sparsek::attention {

// State of a thread's two rows.
struct PortableRows {
  float maximum[2] = {-INFINITY, -INFINITY};  // of the scores so far, in base 2
  float sum[2] = {0.0f, 0.0f};                // of the weights of the thread's own columns
};

template <typename Product, int Dim>
struct PortableForward {
  using T = typename Product::Element;
  static constexpr ElementType kType = Product::kType;
  static constexpr int kRows = portable_rows(kType), kThreads = portable_threads(kType);
  static constexpr int kKeys = portable_keys(kType, Dim), kPitch = portable_pitch(kType, Dim);
  using Scores = float[kKeys / 8][4];
  using Output = float[Dim / 8][4];

  // Rows [0, rows) of `source` and zeros after them. Asynchronous where rows are vectors.
  template <int Rows>
  __device__ static void load(T* target, const T* source, const PortableView& view, int rows, int dim) {
    constexpr int kVector = 16 / sizeof(T);
    const int thread = static_cast<int>(threadIdx.x);
    if (kType != ElementType::kF32 && view.vectors) {
#pragma unroll 4
      for (int i = thread; i < Rows * (Dim / kVector); i += kThreads) {
        const int row = i / (Dim / kVector), column = i % (Dim / kVector) * kVector;
        const bool inside = row < rows && column < dim;
        ptx::cp_async_16(ptx::shared_address(target + row * kPitch + column),
                         inside ? source + row * view.sequence_stride + column : source, inside ? 16 : 0);
      }
    } else {
#pragma unroll 8
      for (int i = thread; i < Rows * Dim; i += kThreads) {
        const int row = i / Dim, column = i % Dim;
        target[row * kPitch + column] =
            row < rows && column < dim ? source[row * view.sequence_stride + column] : T(0.0f);
      }
    }
  }

  __device__ static const T* head_of(const PortableView& view, int64_t batch, int64_t head) {
    return static_cast<const T*>(view.base) + batch * view.batch_stride + head * view.head_stride;
  }

  // Absolute error near 1e-7, where tanh.approx has 5e-4.
  __device__ static float hyperbolic_tangent(float x) {
    return copysignf(1.0f - 2.0f / (1.0f + exp2f(2.0f * kLog2e * fabsf(x))), x);
  }

  // Raw products become scores in base 2. `distance` is the position of the thread's first query minus that of its first key.
  __device__ static void modify(Scores& s, const PortableParams& p, float slope, int distance) {
    const float scale = p.scores.scale, softcap = p.scores.softcap;
    const bool capped = softcap > 0.0f;
    const float inverse_cap = capped ? scale / softcap : 0.0f;
#pragma unroll
    for (int j = 0; j < kKeys / 8; ++j) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        float score = capped ? softcap * hyperbolic_tangent(s[j][i] * inverse_cap) : s[j][i] * scale;
        score -= slope * fabsf(static_cast<float>(distance + 8 * (i / 2) - 8 * j - (i & 1)));
        s[j][i] = score * kLog2e;
      }
    }
  }

  __device__ static void mask(Scores& s, const PortableParams& p, const Pattern& pattern, const KeyStep& step, int query,
                              int lane) {
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      uint32_t keep[kKeys / 32];
      keep_words(keep, p, pattern, step, query + 8 * r);
#pragma unroll
      for (int j = 0; j < kKeys / 8; ++j) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          const bool seen = (keep[j / 4] >> (8 * (j % 4) + 2 * (lane % 4) + e)) & 1u;
          s[j][2 * r + e] = seen ? s[j][2 * r + e] : -INFINITY;
        }
      }
    }
  }

  // Scores become weights relative to the rows' maxima, and sums and outputs follow. A NaN passes through to both.
  __device__ static void soften(Scores& s, PortableRows& rows, Output& o) {
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      float maximum = rows.maximum[r];
#pragma unroll
      for (int j = 0; j < kKeys / 8; ++j) maximum = fmaxf(maximum, fmaxf(s[j][2 * r], s[j][2 * r + 1]));
      maximum = fmaxf(maximum, __shfl_xor_sync(0xffffffffu, maximum, 1));
      maximum = fmaxf(maximum, __shfl_xor_sync(0xffffffffu, maximum, 2));
      const float offset = maximum == -INFINITY ? 0.0f : maximum;  // nothing seen yet
      const float rescale = exp2f(rows.maximum[r] - offset);
      rows.maximum[r] = maximum;
      float sum = 0.0f;
#pragma unroll
      for (int j = 0; j < kKeys / 8; ++j) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          float& score = s[j][2 * r + e];
          score = score == -INFINITY ? -0.0f : exp2f(score - offset);
          sum += score;
        }
      }
      rows.sum[r] = rows.sum[r] * rescale + sum;
#pragma unroll
      for (int n = 0; n < Dim / 8; ++n) {
        o[n][2 * r] *= rescale;
        o[n][2 * r + 1] *= rescale;
      }
    }
  }

  // Joins the sink, normalises and stores the rows of the thread that exist.
  __device__ static void finish(const PortableParams& p, const PortableRows& rows, const Output& o, int64_t batch,
                                int64_t head, int query, int lane) {
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      float sum = rows.sum[r], maximum = rows.maximum[r];
      sum += __shfl_xor_sync(0xffffffffu, sum, 1);
      sum += __shfl_xor_sync(0xffffffffu, sum, 2);
      const int row = query + 8 * r;
      if (row >= p.geometry.query_length) continue;
      const bool empty = sum == 0.0f;  // a row that sees a key has a weight of 1
      float share = 1.0f;
      if (p.sinks != nullptr && !empty) {
        const float sink = __ldg(p.sinks + head) * kLog2e;
        const float joint = fmaxf(maximum, sink);
        share = exp2f(maximum - joint);
        sum = sum * share + exp2f(sink - joint);
        maximum = joint;
      }
      if (p.lse != nullptr && lane % 4 == 0) {
        p.lse[(batch * p.heads + head) * p.geometry.query_length + row] =
            empty ? -INFINITY : (maximum + log2f(sum)) * kLn2;
      }
      const float factor = empty ? 0.0f : share / sum;
      const int64_t start = batch * p.o.batch_stride + head * p.o.head_stride + row * p.o.sequence_stride;
      if (p.out_type == ElementType::kF32) {
        store<float>(p, o, r, start, factor, lane);
      } else if (p.out_type == ElementType::kF16) {
        store<__half>(p, o, r, start, factor, lane);
      } else {
        store<__nv_bfloat16>(p, o, r, start, factor, lane);
      }
    }
  }

  template <typename Out>
  __device__ static void store(const PortableParams& p, const Output& o, int r, int64_t start, float factor, int lane) {
    Out* const row = static_cast<Out*>(p.o.base) + start;
#pragma unroll
    for (int n = 0; n < Dim / 8; ++n) {
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        const int column = 8 * n + 2 * (lane % 4) + e;
        if (column < p.v_dim) row[column] = Out(o[n][2 * r + e] * factor);
      }
    }
  }

  __device__ static void run(const PortableParams& p) {
    extern __shared__ __align__(16) uint8_t shared_memory[];
    T* const q_rows = reinterpret_cast<T*>(shared_memory);
    T* const k_rows = q_rows + kRows * kPitch;
    T* const v_rows = k_rows + kKeys * kPitch;
    const int warp = ptx::warp_index(), lane = ptx::lane_index();
    // Late tiles first: under a causal mask they are the longest.
    const int tile = p.query_tiles - 1 - static_cast<int>(blockIdx.x % static_cast<unsigned>(p.query_tiles));
    const int pair = static_cast<int>(blockIdx.x / static_cast<unsigned>(p.query_tiles));
    const int64_t batch = pair / p.heads, head = pair % p.heads;
    const HeadMapPlace place = place_in_head_map(p, static_cast<int>(batch), static_cast<int>(head));
    const Pattern pattern = p.masks.patterns[__ldg(p.masks.head_map + place.row * p.map_heads + place.column)];
    const T* const keys = head_of(p.k, batch, head / p.group);
    const T* const values = head_of(p.v, batch, head / p.group);
    const int first_query = tile * kRows, query = first_query + 16 * warp + lane / 4;
    const float slope = p.slopes != nullptr ? __ldg(p.slopes + head) : 0.0f;
    const bool modified = p.scores.softcap > 0.0f || p.slopes != nullptr;
    const auto load_step = [&](T* target, const T* source, const PortableView& view, const KeyStep& step, int dim) {
      load<kKeys>(target, source + step.first * view.sequence_stride, view, p.geometry.key_length - step.first, dim);
      ptx::cp_async_commit();
    };

    StepWalk<kRows, kKeys> walk(p, pattern, tile);
    KeyStep step = walk.next();
    load<kRows>(q_rows, head_of(p.q, batch, head) + first_query * p.q.sequence_stride, p.q,
                p.geometry.query_length - first_query, p.qk_dim);
    if (step.first != INT_MAX) load_step(k_rows, keys, p.k, step, p.qk_dim);

    PortableRows rows;
    Output o = {};
    while (step.first != INT_MAX) {
      ptx::cp_async_wait<0>();
      __syncthreads();  // Q and K are there, and nobody reads V any more
      load_step(v_rows, values, p.v, step, p.v_dim);
      Scores s = {};
      Product::template scores<Dim, kKeys>(s, q_rows + 16 * warp * kPitch, k_rows, lane);
      if (modified) {
        modify(s, p, slope, query + p.geometry.key_length - p.geometry.query_length - step.first - 2 * (lane % 4));
      } else {
#pragma unroll
        for (int j = 0; j < kKeys / 8; ++j)
#pragma unroll
          for (int i = 0; i < 4; ++i) s[j][i] *= p.scores.scale_log2;
      }
      if (step.fill != kFillFull || step.first + kKeys > p.geometry.key_length) mask(s, p, pattern, step, query, lane);
      soften(s, rows, o);
      step = walk.next();
      ptx::cp_async_wait<0>();
      __syncthreads();  // V is there, and nobody reads K any more
      if (step.first != INT_MAX) load_step(k_rows, keys, p.k, step, p.qk_dim);
      Product::template accumulate<Dim, kKeys>(o, s, v_rows, lane);
    }
    finish(p, rows, o, batch, head, query, lane);
  }
};

}  // namespace sparsek::attention
