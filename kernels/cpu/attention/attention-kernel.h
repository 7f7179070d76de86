// Block-sparse attention with the online softmax of Milakov and Gimelshein (2018), tile by tile as in Dao et al.,
// "FlashAttention" (2022). A tile of 64 queries walks over the key tiles that it sees; keys are transposed and half
// types converted tile by tile, so that beyond the result a thread needs memory for one tile only.
#pragma once
#include "../simd/isa.h"
#include "attention.h"
#include "../gemm/view.h"
#include "../gemm/pack.h"
#include "../gemm/tile.h"
#include "../gemm/columns.h"
#include "softmax.h"

namespace sparsek::SPARSEK_ISA {

/// Everything of one tile of queries.
struct QueryTile {
  const AttentionArgs& args;
  std::int64_t batch;
  std::int64_t head;
  std::int64_t query;
  int queries;
  std::int64_t valueWidth;
  /// First query in float32, and floats from query to query.
  const float* q;
  std::int64_t qRow;
  DenseView kTransposed;
  DenseView v;
  bool directV;
  float* keys;
  float* values;
  float* output;
  Softmax softmax;
  KeyGroup group;
};

inline std::int64_t valueWidthOf(const AttentionArgs& args) {
  return vectorsFor(args.valueDim) * static_cast<std::int64_t>(W);
}

inline std::int64_t attentionScratch(const AttentionArgs& args) {
  const std::int64_t width = valueWidthOf(args);
  return kTileQueries * (static_cast<std::int64_t>(args.headDim) + width + kGroupTiles * kTileKeys) +
         static_cast<std::int64_t>(args.headDim) * kTileKeys + kGroupTiles * kTileKeys * width + 4 * W;
}

inline const void* offsetBy(const void* data, Dtype dtype, std::int64_t elements) {
  return static_cast<const char*>(data) + elements * elementSize(dtype);
}

inline void multiplyKeys(QueryTile& tile, int slot) {
  const AttentionArgs& args = tile.args;
  packRows(tile.kTransposed, 0, args.headDim, tile.group.key[slot], kTileKeys / W, tile.keys, kTileKeys);
  TileBlocks blocks{};
  blocks.count = 1;
  blocks.aRow = tile.qRow;
  blocks.aDepth = 1;
  blocks.bDepth = kTileKeys;
  blocks.depth = args.headDim;
  blocks.edge = -1;
  for (int m = 0; m < tile.queries; m += MR) {
    const int rows = tile.queries - m < MR ? tile.queries - m : MR;
    for (int v = 0; v < kTileKeys / W;) {
      const int piece = nextPiece(kTileKeys / W - v);
      tileFor<Start::Zero>(rows, piece)(tile.q + m * tile.qRow, tile.keys + v * W, blocks,
                                        tile.softmax.scores + m * kScoreRow + slot * kTileKeys + v * W, kScoreRow,
                                        nullptr);
      v += piece;
    }
  }
}

/// Packs the values of a slot where they cannot be read in place, and looks for infinities and NaNs that a zero
/// weight would not silence.
inline void prepareValues(QueryTile& tile, int slot) {
  const std::int64_t key = tile.group.key[slot];
  const std::int64_t left = tile.v.rows - key;
  const int count = left < kTileKeys ? static_cast<int>(left) : kTileKeys;
  if (!tile.directV) {
    packRows(tile.v, key, key + count, 0, vectorsFor(tile.args.valueDim),
             tile.values + slot * kTileKeys * tile.valueWidth, tile.valueWidth);
  }
  if (tile.group.full[slot]) return;
  const float* rows = tile.directV ? static_cast<const float*>(tile.v.data) + key * tile.v.rowStride
                                   : tile.values + slot * kTileKeys * tile.valueWidth;
  const std::int64_t stride = tile.directV ? tile.v.rowStride : tile.valueWidth;
  unsigned bad = 0;
  for (int j = 0; j < count; ++j) {
    for (std::int64_t d = 0; d < tile.valueWidth; d += W) bad |= nonFinite(load(rows + j * stride + d));
  }
  if (bad != 0) tile.group.hiddenNonFinite = true;
}

/// output = output * factor + P V, by the micro-kernel.
inline void addValues(QueryTile& tile, bool first) {
  TileBlocks blocks{};
  std::int32_t slots[kGroupTiles], keyTiles[kGroupTiles];
  const std::int64_t lastTile = (tile.v.rows - 1) / kTileKeys;
  blocks.edge = -1;
  for (int s = 0; s < tile.group.count; ++s) {
    slots[s] = s;
    keyTiles[s] = static_cast<std::int32_t>(tile.group.key[s] / kTileKeys);
    if (keyTiles[s] == lastTile) blocks.edge = tile.directV ? keyTiles[s] : s;
  }
  blocks.count = tile.group.count;
  blocks.a = slots;
  blocks.b = tile.directV ? keyTiles : slots;
  blocks.aBlock = kTileKeys;
  blocks.aRow = kScoreRow;
  blocks.aDepth = 1;
  blocks.bDepth = tile.directV ? tile.v.rowStride : tile.valueWidth;
  blocks.bBlock = blocks.bDepth * kTileKeys;
  blocks.depth = kTileKeys;
  blocks.edgeDepth = static_cast<int>(tile.v.rows - lastTile * kTileKeys);
  const float* values = tile.directV ? static_cast<const float*>(tile.v.data) : tile.values;
  const int vectors = vectorsFor(tile.args.valueDim);
  for (int m = 0; m < tile.queries; m += MR) {
    const int rows = tile.queries - m < MR ? tile.queries - m : MR;
    for (int v = 0; v < vectors;) {
      const int piece = nextPiece(vectors - v);
      const TileFunction run = first ? tileFor<Start::Zero>(rows, piece) : tileFor<Start::Load>(rows, piece);
      run(tile.softmax.scores + m * kScoreRow, values + v * W, blocks, tile.output + m * tile.valueWidth + v * W,
          tile.valueWidth, tile.softmax.factor + m);
      v += piece;
    }
  }
}

/// The same, but a key that a query does not see is left out, not multiplied by zero: 0 * infinity is NaN.
inline void addVisibleValues(QueryTile& tile, bool first) {
  for (int m = 0; m < tile.queries; ++m) {
    float* to = tile.output + m * tile.valueWidth;
    for (std::int64_t d = 0; d < tile.valueWidth; d += W) {
      Vec sum = first ? zero() : mul(load(to + d), splat(tile.softmax.factor[m]));
      for (int s = 0; s < tile.group.count; ++s) {
        const float* rows = tile.directV
                                ? static_cast<const float*>(tile.v.data) + tile.group.key[s] * tile.v.rowStride
                                : tile.values + s * kTileKeys * tile.valueWidth;
        const std::int64_t stride = tile.directV ? tile.v.rowStride : tile.valueWidth;
        const std::uint64_t visible = tile.group.visible[s][m];
        for (int j = 0; j < kTileKeys; ++j) {
          if (((visible >> j) & 1u) == 0) continue;
          sum = fma(splat(tile.softmax.scores[m * kScoreRow + s * kTileKeys + j]), load(rows + j * stride + d), sum);
        }
      }
      store(to + d, sum);
    }
  }
}

inline void finishQueries(QueryTile& tile) {
  const AttentionArgs& args = tile.args;
  for (int m = 0; m < tile.queries; ++m) {
    float total = tile.softmax.sum[m], lse;
    float inverse = finishRow(tile.softmax, m, args.sinks != nullptr ? args.sinks + tile.head : nullptr, total, lse);
    const std::int64_t base = tile.batch * args.o.batchStride + tile.head * args.o.headStride +
                              (tile.query + m) * args.o.tokenStride;
    for (int d = 0; d < args.valueDim; d += W) {
      const Vec x = tile.softmax.sum[m] == 0.0f ? zero()
                                                : mul(load(tile.output + m * tile.valueWidth + d), splat(inverse));
      storeFirst(const_cast<void*>(args.o.data), args.outDtype, base + d, args.valueDim - d, x);
    }
    if (args.lse != nullptr) {
      args.lse[(tile.batch * args.heads + tile.head) * args.mask->queryLength + tile.query + m] = lse;
    }
  }
}

inline void attentionRun(const AttentionArgs& args, std::int64_t batch, std::int64_t head, std::int64_t query,
                         int queries, float* scratch, MaskScratch& maskScratch) {
  const BlockMask& mask = *args.mask;
  const std::int64_t kvHead = head / (args.heads / args.kvHeads);
  const std::int64_t qFirst = batch * args.q.batchStride + head * args.q.headStride + query * args.q.tokenStride;
  const std::int64_t kFirst = batch * args.k.batchStride + kvHead * args.k.headStride;
  const std::int64_t vFirst = batch * args.v.batchStride + kvHead * args.v.headStride;
  const std::int64_t width = valueWidthOf(args);
  QueryTile tile{args, batch, head, query, queries, width, nullptr, 0, {}, {}, false, nullptr, nullptr, nullptr, {}, {}};
  tile.kTransposed = {offsetBy(args.k.data, args.dtype, kFirst), args.dtype, args.headDim, mask.keyLength,
                      1,  args.k.tokenStride};
  tile.v = {offsetBy(args.v.data, args.dtype, vFirst), args.dtype, mask.keyLength, args.valueDim,
            args.v.tokenStride, 1};
  tile.directV = args.dtype == Dtype::F32 && args.valueDim % W == 0;
  tile.softmax.scores = scratch;
  tile.output = tile.softmax.scores + kTileQueries * kScoreRow;
  tile.keys = tile.output + kTileQueries * width;
  tile.values = tile.keys + static_cast<std::int64_t>(args.headDim) * kTileKeys;
  float* converted = tile.values + kGroupTiles * kTileKeys * width;
  if (args.dtype == Dtype::F32) {
    tile.q = static_cast<const float*>(args.q.data) + qFirst;
    tile.qRow = args.q.tokenStride;
  } else {
    for (int m = 0; m < queries; ++m) {
      convertRun(args.q.data, args.dtype, qFirst + m * args.q.tokenStride, args.headDim,
                 converted + static_cast<std::int64_t>(m) * args.headDim);
    }
    tile.q = converted;
    tile.qRow = args.headDim;
  }
  const float slope = args.alibiSlopes != nullptr ? args.alibiSlopes[head] : 0.0f;
  const ScoreRule rule = {args.scale, args.softcap, args.alibiSlopes != nullptr, slope,
                          query + mask.keyLength - mask.queryLength};
  startSoftmax(tile.softmax);

  MaskWalk walk(mask, mask.patternOf(batch, head), query, queries, maskScratch);
  bool first = true;
  for (bool more = true; more && !isSet(args.cancelled);) {
    tile.group.count = 0;
    tile.group.hiddenNonFinite = false;
    while (tile.group.count < kGroupTiles) {
      const int slot = tile.group.count;
      more = walk.next(tile.group.key[slot], tile.group.full[slot], tile.group.visible[slot]);
      if (!more) break;
      multiplyKeys(tile, slot);
      prepareValues(tile, slot);
      ++tile.group.count;
    }
    if (tile.group.count == 0) break;
    addToSoftmax(tile.softmax, tile.group, rule, queries);
    if (tile.group.hiddenNonFinite) {
      addVisibleValues(tile, first);
    } else {
      addValues(tile, first);
    }
    first = false;
  }
  finishQueries(tile);
}

const AttentionKernels kAttention = {attentionScratch, attentionRun};

}  // namespace sparsek::SPARSEK_ISA
