// The running softmax of a tile of queries. Scores are kept in base 2: e^s = 2^(s * log2 e).
#pragma once

namespace sparsek::SPARSEK_ISA {

/// Key tiles between two updates of the running maximum; their scores, 64 x 256 floats, stay in the level-2 cache.
constexpr int kGroupTiles = 4;
constexpr int kScoreRow = kGroupTiles * kTileKeys;

struct KeyGroup {
  int count;
  bool hiddenNonFinite;
  bool full[kGroupTiles];
  std::int64_t key[kGroupTiles];
  std::uint64_t visible[kGroupTiles][kTileQueries];
};

struct Softmax {
  /// [kTileQueries][kScoreRow]: products of queries and keys, then weights.
  float* scores;
  alignas(64) float maximum[kTileQueries];
  alignas(64) float sum[kTileQueries];
  /// What earlier weights shrink by since the maximum grew.
  alignas(64) float factor[kTileQueries];
};

struct ScoreRule {
  float scale;
  /// 0: none.
  float softcap;
  bool alibi;
  float slope;
  /// Absolute position of the tile's first query.
  std::int64_t position;
};

constexpr float kMinusInfinity = -__builtin_inff();

inline void startSoftmax(Softmax& softmax) {
  for (int m = 0; m < kTileQueries; ++m) {
    softmax.maximum[m] = kMinusInfinity;
    softmax.sum[m] = 0.0f;
    softmax.factor[m] = 0.0f;
  }
}

/// Scale, softcap and ALiBi, in base 2, for W neighbouring keys; `distance` is query - key of the first of them.
inline Vec score(const ScoreRule& rule, Vec product, float distance) {
  Vec x;
  if (rule.softcap != 0.0f) {
    const Vec inner = mul(mul(product, splat(rule.scale)), splat(1.0f / rule.softcap));
    x = mul(tanh(inner), splat(rule.softcap * kLog2E));
  } else {
    x = mul(product, splat(rule.scale * kLog2E));
  }
  if (rule.alibi) {
    alignas(64) static constexpr float lanes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    x = fma(abs(sub(splat(distance), load(lanes))), splat(-rule.slope * kLog2E), x);
  }
  return x;
}

/// Turns products into masked scores in place; returns the row's largest.
inline float scoreRow(const ScoreRule& rule, const KeyGroup& group, int m, float* scores) {
  Vec largest = splat(kMinusInfinity);
  for (int s = 0; s < group.count; ++s) {
    for (int v = 0; v < kTileKeys; v += W) {
      float* at = scores + s * kTileKeys + v;
      Vec x = score(rule, load(at), static_cast<float>(rule.position + m - group.key[s] - v));
      if (!group.full[s]) {
        x = select(static_cast<unsigned>(group.visible[s][m] >> v) & kAllLanes, x, splat(kMinusInfinity));
      }
      store(at, x);
      largest = max(x, largest);
    }
  }
  return maxOf(largest);
}

inline void addToSoftmax(Softmax& softmax, const KeyGroup& group, const ScoreRule& rule, int queries) {
  alignas(64) float shift[kTileQueries] = {};
  for (int m = 0; m < queries; ++m) shift[m] = scoreRow(rule, group, m, softmax.scores + m * kScoreRow);
  for (int m = 0; m < queries; m += W) {
    const Vec before = load(softmax.maximum + m);
    const Vec now = max(before, load(shift + m));
    // A row that has seen nothing yet must not compute -infinity minus -infinity.
    const Vec safe = select(lessThan(splat(kMinusInfinity), now), now, zero());
    store(softmax.maximum + m, now);
    store(shift + m, safe);
    store(softmax.factor + m, exp2(sub(before, safe)));
  }
  for (int m = 0; m < queries; ++m) {
    float* scores = softmax.scores + m * kScoreRow;
    const Vec subtract = splat(shift[m]);
    // Two sums, so that additions overlap.
    Vec even = zero(), odd = zero();
    for (int j = 0; j < group.count * kTileKeys; j += 2 * W) {
      const Vec x = exp2(sub(load(scores + j), subtract));
      const Vec y = exp2(sub(load(scores + j + W), subtract));
      store(scores + j, x);
      store(scores + j + W, y);
      even = add(even, x);
      odd = add(odd, y);
    }
    softmax.sum[m] = softmax.sum[m] * softmax.factor[m] + sumOf(add(even, odd));
  }
}

/// The factor that turns a row's sum of weighted values into its mean, and the row's log-sum-exp. A sink, a logit
/// without a value, joins the denominator of rows that see anything.
inline float finishRow(const Softmax& softmax, int m, const float* sink, float sum, float& lse) {
  if (sum == 0.0f) {
    lse = kMinusInfinity;
    return 0.0f;
  }
  float maximum = softmax.maximum[m];
  if (sink == nullptr) {
    lse = (maximum + __builtin_log2f(sum)) * kLn2;
    return 1.0f / sum;
  }
  const float logit = *sink * kLog2E;
  const float top = logit > maximum ? logit : maximum;
  alignas(64) float powers[W];
  store(powers, exp2(select(1u, splat(maximum - top), splat(logit - top))));
  const float total = sum * powers[0] + powers[1];
  lse = (top + __builtin_log2f(total)) * kLn2;
  return powers[0] / total;
}

}  // namespace sparsek::SPARSEK_ISA
