#include "mask.h"

#include <algorithm>

namespace sparsek {
namespace {

constexpr std::int64_t kNoTile = -1;

/// Ones at [begin, end), 0 <= begin <= end <= 64.
std::uint64_t ones(std::int64_t begin, std::int64_t end) {
  if (begin >= end) return 0;
  const std::uint64_t upTo = end == 64 ? ~0ull : (1ull << end) - 1;
  return upTo & ~((1ull << begin) - 1);
}

/// The `count` (at most 64) bits of a bitmap row from bit `begin` on.
std::uint64_t bitsFrom(const std::uint32_t* words, std::int64_t begin, std::int64_t count) {
  std::uint64_t bits = 0;
  for (std::int64_t taken = 0; taken < count;) {
    const std::int64_t bit = begin + taken;
    const std::int64_t offset = bit % 32;
    bits |= static_cast<std::uint64_t>(words[bit / 32] >> offset) << taken;
    taken += 32 - offset;
  }
  return bits & ones(0, count);
}

}  // namespace

const MaskPattern& BlockMask::patternOf(std::int64_t batch, std::int64_t head) const {
  const std::int64_t slot = (batch % batches) * heads + head % heads;
  return patterns[static_cast<std::size_t>(headMap[static_cast<std::size_t>(slot)])];
}

MaskWalk::MaskWalk(const BlockMask& mask, const MaskPattern& pattern, std::int64_t query, int queries,
                   MaskScratch& scratch)
    : mask_(mask), pattern_(pattern), scratch_(scratch), query_(query), queries_(queries) {
  findIntervals();
  if (!pattern.stored) return;
  firstBlockRow_ = query / mask.blockQueries;
  blockRows_ = static_cast<int>((query + queries - 1) / mask.blockQueries - firstBlockRow_ + 1);
  scratch.cursor.resize(static_cast<std::size_t>(blockRows_));
  for (int r = 0; r < blockRows_; ++r) {
    scratch.cursor[static_cast<std::size_t>(r)] = pattern.indptr[static_cast<std::size_t>(firstBlockRow_ + r)];
  }
}

/// The keys that each clause shows to each query: one interval, [low, high).
void MaskWalk::findIntervals() {
  const std::size_t clauses = pattern_.clauses.size();
  scratch_.low.resize(clauses * kTileQueries);
  scratch_.high.resize(clauses * kTileQueries);
  scratch_.hull.resize(clauses * 2);
  for (std::size_t c = 0; c < clauses; ++c) {
    const MaskClause& clause = pattern_.clauses[c];
    std::int64_t hullLow = mask_.keyLength, hullHigh = 0;
    for (int r = 0; r < queries_; ++r) {
      const std::int64_t i = query_ + r + mask_.keyLength - mask_.queryLength;
      std::int64_t low = std::max({std::int64_t{0}, clause.columnBegin, i + clause.diagonalMin});
      std::int64_t high = std::min({mask_.keyLength, clause.columnEnd, i + clause.diagonalMax + 1});
      if (i < clause.rowBegin || i >= clause.rowEnd) high = low;
      if (clause.document != DocumentRelation::Any) {
        if (i < 0 || i >= mask_.keyLength) {
          high = low;
        } else {
          const std::int64_t start = mask_.documentStart[static_cast<std::size_t>(i)];
          const std::int64_t end = mask_.documentEnd[static_cast<std::size_t>(i)];
          if (clause.document == DocumentRelation::Before) high = std::min(high, start);
          if (clause.document == DocumentRelation::After) low = std::max(low, end);
          if (clause.document == DocumentRelation::Same) low = std::max(low, start), high = std::min(high, end);
        }
      }
      if (low >= high) low = high = 0;
      const std::size_t at = c * kTileQueries + static_cast<std::size_t>(r);
      scratch_.low[at] = static_cast<std::int32_t>(low);
      scratch_.high[at] = static_cast<std::int32_t>(high);
      if (low < high) hullLow = std::min(hullLow, low), hullHigh = std::max(hullHigh, high);
    }
    scratch_.hull[2 * c] = hullLow;
    scratch_.hull[2 * c + 1] = hullHigh;
  }
}

std::int64_t MaskWalk::nextRegularTile() const {
  const std::int64_t key = tile_ * kTileKeys;
  std::int64_t nearest = mask_.keyLength;
  for (std::size_t c = 0; c < pattern_.clauses.size(); ++c) {
    if (scratch_.hull[2 * c + 1] > key) nearest = std::min(nearest, std::max(key, scratch_.hull[2 * c]));
  }
  return nearest < mask_.keyLength ? nearest / kTileKeys : kNoTile;
}

/// Also moves the cursors past the blocks that end before the tile.
std::int64_t MaskWalk::nextStoredTile() {
  const std::int64_t key = tile_ * kTileKeys;
  std::int64_t nearest = mask_.keyLength;
  for (int r = 0; r < blockRows_; ++r) {
    std::int64_t& p = scratch_.cursor[static_cast<std::size_t>(r)];
    const std::int64_t end = pattern_.indptr[static_cast<std::size_t>(firstBlockRow_ + r + 1)];
    while (p < end && (std::int64_t{pattern_.indices[static_cast<std::size_t>(p)]} + 1) * mask_.blockKeys <= key) ++p;
    if (p < end) {
      nearest = std::min(nearest, std::max(key, pattern_.indices[static_cast<std::size_t>(p)] * mask_.blockKeys));
    }
  }
  return nearest < mask_.keyLength ? nearest / kTileKeys : kNoTile;
}

/// Adds what the clauses show of the keys [key0, key1) to the rows; `base` is the key of bit 0.
void MaskWalk::addClauses(std::int64_t key0, std::int64_t key1, std::int64_t base, int row0, int row1,
                          std::uint64_t* rows) const {
  for (std::size_t c = 0; c < pattern_.clauses.size(); ++c) {
    if (scratch_.hull[2 * c] >= key1 || scratch_.hull[2 * c + 1] <= key0) continue;
    const std::int32_t* low = scratch_.low.data() + c * kTileQueries;
    const std::int32_t* high = scratch_.high.data() + c * kTileQueries;
    for (int r = row0; r < row1; ++r) {
      rows[r] |= ones(std::max<std::int64_t>(low[r], key0) - base, std::min<std::int64_t>(high[r], key1) - base);
    }
  }
}

void MaskWalk::addRegular(std::int64_t key0, std::int64_t key1, std::uint64_t* rows) const {
  addClauses(key0, key1, key0, 0, queries_, rows);
}

void MaskWalk::addStored(std::int64_t key0, std::int64_t key1, std::uint64_t* rows) const {
  const std::int64_t wordsPerRow = (mask_.blockKeys + 31) / 32;
  for (int r = 0; r < blockRows_; ++r) {
    const std::int64_t blockRow = firstBlockRow_ + r;
    const std::int64_t firstQuery = blockRow * mask_.blockQueries;
    const int row0 = static_cast<int>(std::max<std::int64_t>(0, firstQuery - query_));
    const int row1 = static_cast<int>(std::min<std::int64_t>(queries_, firstQuery + mask_.blockQueries - query_));
    const std::int64_t end = pattern_.indptr[static_cast<std::size_t>(blockRow + 1)];
    for (std::int64_t p = scratch_.cursor[static_cast<std::size_t>(r)]; p < end; ++p) {
      const std::int64_t firstKey = pattern_.indices[static_cast<std::size_t>(p)] * mask_.blockKeys;
      if (firstKey >= key1) break;
      const std::int64_t begin = std::max(key0, firstKey), stop = std::min(key1, firstKey + mask_.blockKeys);
      const std::int32_t fill = pattern_.fill.empty() ? kBlockFull : pattern_.fill[static_cast<std::size_t>(p)];
      if (fill == kBlockFull) {
        const std::uint64_t bits = ones(begin - key0, stop - key0);
        for (int row = row0; row < row1; ++row) rows[row] |= bits;
      } else if (fill == kBlockClauses) {
        addClauses(begin, stop, key0, row0, row1, rows);
      } else {
        const std::uint32_t* bitmap =
            pattern_.bitmaps.data() + (fill - kFirstBitmap) * mask_.blockQueries * wordsPerRow;
        for (int row = row0; row < row1; ++row) {
          const std::uint32_t* words = bitmap + (query_ + row - firstQuery) * wordsPerRow;
          rows[row] |= bitsFrom(words, begin - firstKey, stop - begin) << (begin - key0);
        }
      }
    }
  }
}

bool MaskWalk::next(std::int64_t& key, bool& full, std::uint64_t* rows) {
  for (;;) {
    tile_ = pattern_.stored ? nextStoredTile() : nextRegularTile();
    if (tile_ == kNoTile) return false;
    const std::int64_t key0 = tile_ * kTileKeys;
    const std::int64_t key1 = std::min(key0 + kTileKeys, mask_.keyLength);
    std::fill(rows, rows + queries_, 0);
    if (pattern_.stored) {
      addStored(key0, key1, rows);
    } else {
      addRegular(key0, key1, rows);
    }
    ++tile_;
    std::uint64_t any = 0, all = ~0ull;
    for (int r = 0; r < queries_; ++r) any |= rows[r], all &= rows[r];
    if (any == 0) continue;
    key = key0;
    full = all == ~0ull;
    return true;
  }
}

}  // namespace sparsek
