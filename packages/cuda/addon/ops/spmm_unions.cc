#include "spmm_unions.h"

#include <algorithm>
#include <limits>

namespace sparsek::ops {
namespace {

// Cost units: 512 bytes brought to a multiprocessor.
constexpr int kStepCost = 16 * kNarrowTileColumns * 2 / 512;
constexpr int kFragmentCost = kNarrowFragmentBytes / 512;

// Fills stages one panel at a time; a stage holds at most four k16 steps and kNarrowMaxFragments fragments.
class StageWriter {
 public:
  StageWriter(const PatternView& pattern, Unions& out)
      : out_(out), steps_per_panel_(narrow_panel_rows(pattern.block_columns) / 16),
        across_(pattern.block_columns / 16), strips_per_block_(pattern.block_rows / 16) {}

  void begin_tile() { close(); }

  // One panel, `piece_column` pieces into its blocks. blocks[i] is the block of the tile's block row i, or -1.
  void add_panel(int32_t k, int piece_column, const std::vector<int32_t>& blocks) {
    std::vector<int> strips;
    for (int strip = 0; strip < kNarrowStrips; ++strip)
      if (blocks[strip / strips_per_block_] >= 0) strips.push_back(strip);
    const int most = kNarrowMaxFragments / steps_per_panel_;
    for (size_t begin = 0; begin < strips.size(); begin += most) {
      const size_t end = std::min(strips.size(), begin + most);
      add_strips(k, piece_column, blocks, {strips.begin() + begin, strips.begin() + end});
    }
  }

  void end_tile(RowTile& tile) {
    close();
    tile.last = static_cast<int32_t>(out_.stages.size());
  }

 private:
  void add_strips(int32_t k, int piece_column, const std::vector<int32_t>& blocks, const std::vector<int>& strips) {
    const int needed = static_cast<int>(strips.size()) * steps_per_panel_;
    if (steps_ + steps_per_panel_ > kNarrowSteps || static_cast<int>(stage_.fragments) + needed > kNarrowMaxFragments) close();
    if (steps_ == 0) open();
    stage_.k[steps_ / steps_per_panel_] = k;
    for (int step = 0; step < steps_per_panel_; ++step) {
      for (int strip : strips) {
        const int64_t pieces = static_cast<int64_t>(across_) * strips_per_block_;
        out_.fragment_sources.push_back(static_cast<int32_t>(blocks[strip / strips_per_block_] * pieces +
                                                             strip % strips_per_block_ * across_ + piece_column + step));
        stage_.mask[steps_] = static_cast<uint16_t>(stage_.mask[steps_] | 1u << strip);
      }
      ++steps_;
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
  const int steps_per_panel_, across_, strips_per_block_;
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
  for (size_t begin = 0; begin < groups.size(); begin += rows_per_tile) {
    RowTile tile{{static_cast<int32_t>(out.tiles.size()), -1}, static_cast<int32_t>(out.stages.size()), 0, 0, 0};
    const size_t fragments_before = out.fragment_sources.size();
    std::vector<int32_t> next(rows_per_tile, 0), end(rows_per_tile, 0), blocks(rows_per_tile, -1);
    for (int i = 0; i < rows_per_tile; ++i) {
      const int32_t row = groups[begin + i];
      if (row >= 0) {
        next[i] = pattern.indptr[row];
        end[i] = pattern.indptr[row + 1];
      }
      for (int strip = 0; strip < strips_per_block; ++strip) {
        const int64_t first = static_cast<int64_t>(row) * pattern.block_rows + strip * 16;
        out.tile_rows.push_back(row >= 0 && first < pattern.rows ? static_cast<int32_t>(first) : -1);
      }
    }
    for (;;) {
      int32_t column = std::numeric_limits<int32_t>::max();
      for (int i = 0; i < rows_per_tile; ++i)
        if (next[i] < end[i]) column = std::min(column, pattern.indices[next[i]]);
      if (column == std::numeric_limits<int32_t>::max()) break;
      for (int i = 0; i < rows_per_tile; ++i) {
        const bool here = next[i] < end[i] && pattern.indices[next[i]] == column;
        blocks[i] = here ? next[i]++ : -1;
      }
      for (int offset = 0; offset < pattern.block_columns; offset += panel_rows)
        writer.add_panel(column * pattern.block_columns + offset, offset / 16, blocks);
    }
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
