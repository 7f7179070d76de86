#include "spmm_unions.h"

#include <algorithm>
#include <limits>

namespace sparsek::ops {
namespace {

// Cost units: 512 bytes brought to a multiprocessor.
constexpr int kStepCost = 16 * kNarrowTileColumns * 2 / 512;
constexpr int kFragmentCost = kNarrowFragmentBytes / 512;

// A strip of the tile that has a block in a block column, and the first piece of that block in the strip's rows.
struct Strip {
  int32_t strip, first_piece;
};

// Which rows of a tile have a block in which block column.
class TileColumns {
 public:
  explicit TileColumns(size_t columns) : rows_(columns, 0), present_((columns + 63) / 64, 0) {}

  void add(int32_t column, int row) {
    rows_[column] = static_cast<uint16_t>(rows_[column] | 1u << row);
    const size_t word = static_cast<size_t>(column) / 64;
    present_[word] |= uint64_t{1} << (column % 64);
    first_ = std::min(first_, word);
    last_ = std::max(last_, word);
  }

  // Calls visit(column, rows as bits) in increasing order, and forgets everything.
  template <typename Visit>
  void drain(Visit visit) {
    for (size_t word = first_; word <= last_ && word < present_.size(); ++word) {
      for (uint64_t bits = present_[word]; bits != 0; bits &= bits - 1) {
        const size_t column = word * 64 + static_cast<size_t>(__builtin_ctzll(bits));
        visit(static_cast<int32_t>(column), static_cast<unsigned>(rows_[column]));
        rows_[column] = 0;
      }
      present_[word] = 0;
    }
    first_ = std::numeric_limits<size_t>::max();
    last_ = 0;
  }

 private:
  std::vector<uint16_t> rows_;
  std::vector<uint64_t> present_;
  size_t first_ = std::numeric_limits<size_t>::max(), last_ = 0;
};

// Fills stages one panel at a time; a stage holds at most four k16 steps and kNarrowMaxFragments fragments.
class StageWriter {
 public:
  StageWriter(const PatternView& pattern, Unions& out)
      : out_(out), steps_per_panel_(narrow_panel_rows(pattern.block_columns) / 16) {}

  void begin_tile() { close(); }

  // One panel of a block column, `piece_column` pieces into its blocks.
  void add_panel(int32_t k, int piece_column, const Strip* strips, int count) {
    const int most = kNarrowMaxFragments / steps_per_panel_;
    for (int begin = 0; begin < count; begin += most)
      add_strips(k, piece_column, strips + begin, std::min(most, count - begin));
  }

  void end_tile(RowTile& tile) {
    close();
    tile.last = static_cast<int32_t>(out_.stages.size());
  }

 private:
  void add_strips(int32_t k, int piece_column, const Strip* strips, int count) {
    const int needed = count * steps_per_panel_;
    const bool full = steps_ + steps_per_panel_ > kNarrowSteps ||
                      static_cast<int>(stage_.fragments) + needed > kNarrowMaxFragments;
    if (full) close();
    if (steps_ == 0) open();
    stage_.k[steps_ / steps_per_panel_] = k;
    size_t next = out_.fragment_sources.size();
    out_.fragment_sources.resize(next + needed);
    for (int step = 0; step < steps_per_panel_; ++step) {
      unsigned mask = 0;
      for (int i = 0; i < count; ++i) {
        out_.fragment_sources[next++] = strips[i].first_piece + piece_column + step;
        mask |= 1u << strips[i].strip;
      }
      stage_.mask[steps_++] = static_cast<uint16_t>(mask);
    }
    stage_.fragments += needed;
    ++out_.panels;
  }

  void open() {
    stage_ = NarrowStage{};
    std::fill(std::begin(stage_.k), std::end(stage_.k), -1);
    stage_.first_fragment = static_cast<uint32_t>(out_.fragment_sources.size());
  }

  void close() {
    if (steps_ > 0) out_.stages.push_back(stage_);
    steps_ = 0;
    stage_ = NarrowStage{};
  }

  Unions& out_;
  const int steps_per_panel_;
  NarrowStage stage_{};
  int steps_ = 0;
};

}  // namespace

int narrow_panel_rows(int block_columns) { return std::min(block_columns, 32); }

Unions build_unions(const PatternView& pattern, const std::vector<int32_t>& groups) {
  Unions out;
  StageWriter writer(pattern, out);
  const int rows_per_tile = kNarrowTileRows / pattern.block_rows;
  const int strips_per_block = pattern.block_rows / 16;
  const int panel_rows = narrow_panel_rows(pattern.block_columns);
  const int across = pattern.block_columns / 16, pieces = across * strips_per_block;
  const auto count = [](int64_t extent, int side) { return static_cast<size_t>((extent + side - 1) / side); };
  out.fragment_sources.reserve(static_cast<size_t>(pattern.indptr[count(pattern.rows, pattern.block_rows)]) * pieces);
  TileColumns columns(count(pattern.columns, pattern.block_columns));
  for (size_t begin = 0; begin < groups.size(); begin += rows_per_tile) {
    RowTile tile{{static_cast<int32_t>(out.tiles.size()), -1}, static_cast<int32_t>(out.stages.size()), 0, 0, 0};
    const size_t fragments_before = out.fragment_sources.size();
    int32_t next[kNarrowStrips] = {};  // block of each block row of the tile: columns come in their order
    for (int i = 0; i < rows_per_tile; ++i) {
      const int32_t row = groups[begin + i];
      if (row >= 0) {
        next[i] = pattern.indptr[row];
        for (int32_t block = next[i]; block < pattern.indptr[row + 1]; ++block) columns.add(pattern.indices[block], i);
      }
      for (int strip = 0; strip < strips_per_block; ++strip) {
        const int64_t first = static_cast<int64_t>(row) * pattern.block_rows + strip * 16;
        out.tile_rows.push_back(row >= 0 && first < pattern.rows ? static_cast<int32_t>(first) : -1);
      }
    }
    columns.drain([&](int32_t column, unsigned rows) {
      Strip strips[kNarrowStrips];
      int used = 0;
      for (; rows != 0; rows &= rows - 1) {
        const int i = __builtin_ctz(rows);
        const int32_t block = next[i]++;
        for (int strip = 0; strip < strips_per_block; ++strip)
          strips[used++] = {i * strips_per_block + strip, block * pieces + strip * across};
      }
      for (int offset = 0; offset < pattern.block_columns; offset += panel_rows)
        writer.add_panel(column * pattern.block_columns + offset, offset / 16, strips, used);
    });
    writer.end_tile(tile);
    for (int32_t stage = tile.first; stage < tile.last; ++stage)
      for (int step = 0; step < kNarrowSteps; ++step) tile.cost += out.stages[stage].mask[step] != 0 ? kStepCost : 0;
    const int64_t fragments = static_cast<int64_t>(out.fragment_sources.size() - fragments_before);
    tile.cost += fragments * kFragmentCost;
    tile.bytes = fragments * kNarrowFragmentBytes;
    out.tiles.push_back(tile);
  }
  return out;
}

}  // namespace sparsek::ops
