#include "spmm_schedule.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace sparsek::ops {
namespace {

// Tiles per owner that the end of a raster group deals out in order of length; a group of at most kShortGroup tiles per
// owner is dealt out like that as a whole.
constexpr int kTailTiles = 2;
constexpr int kShortGroup = 5;
// A tile longer than so many mean ones is given away before all others.
constexpr int kLongTile = 2;

// The owner that would be free first takes the next tile: what a dynamic queue would do, computed ahead, so that a launch
// needs no counters and the result of a plan does not depend on timing.
class Owners {
 public:
  explicit Owners(int count) : count_(count), queue_(count) {
    for (int i = 0; i < count; ++i) queue_[i] = {0, i};  // a heap, since all loads are equal and owners ascend
  }

  void give(const WorkItem& item, int64_t cost) {
    items_.push_back(item);
    owner_of_.push_back(queue_[0].second);
    queue_[0].first += cost;
    sink();
  }

  // With `by_panel` each owner walks its items in order of their panels.
  void flatten(Schedule& out, bool by_panel) const {
    out.item_first.assign(count_ + 1, 0);
    for (const int32_t owner : owner_of_) ++out.item_first[owner + 1];
    std::partial_sum(out.item_first.begin(), out.item_first.end(), out.item_first.begin());
    std::vector<int32_t> place(out.item_first.begin(), out.item_first.end() - 1);
    out.items.resize(items_.size());
    for (size_t i = 0; i < items_.size(); ++i) out.items[place[owner_of_[i]]++] = items_[i];
    if (by_panel) {
      for (int owner = 0; owner < count_; ++owner)
        std::stable_sort(out.items.begin() + out.item_first[owner], out.items.begin() + out.item_first[owner + 1],
                         [](const WorkItem& x, const WorkItem& y) {
                           return x.batch != y.batch ? x.batch < y.batch : x.panel < y.panel;
                         });
    }
    int64_t total = 0, longest = 0;
    for (const Entry& entry : queue_) {
      total += entry.first;
      longest = std::max(longest, entry.first);
    }
    out.imbalance = total > 0 ? static_cast<double>(longest) * count_ / static_cast<double>(total) : 1.0;
  }

 private:
  using Entry = std::pair<int64_t, int>;  // load, owner: the least loaded first, then the lowest number

  // Restores the heap after its top became heavier.
  void sink() {
    const Entry top = queue_[0];
    size_t at = 0;
    for (;;) {
      size_t child = 2 * at + 1;
      if (child >= queue_.size()) break;
      if (child + 1 < queue_.size() && queue_[child + 1] < queue_[child]) ++child;
      if (!(queue_[child] < top)) break;
      queue_[at] = queue_[child];
      at = child;
    }
    queue_[at] = top;
  }

  const int count_;
  std::vector<Entry> queue_;
  std::vector<WorkItem> items_;
  std::vector<int32_t> owner_of_;
};

WorkItem whole_item(const RowTile& tile, int panel, int batch) {
  return WorkItem{{tile.slot_row[0], tile.slot_row[1]}, panel, batch, tile.first, tile.last, -1, 0};
}

// Cuts a tile into `pieces` nearly equal runs of entries whose raw sums are added later, in order.
void give_pieces(Owners& owners, Schedule& out, const RowTile& tile, int pieces, int panel, int batch, int64_t epilogue) {
  const int64_t entries = tile.last - tile.first;
  out.splits.push_back(
      SplitTile{{tile.slot_row[0], tile.slot_row[1]}, panel, batch, out.partials, pieces, {0, 0}});
  for (int piece = 0; piece < pieces; ++piece) {
    WorkItem item = whole_item(tile, panel, batch);
    item.first = static_cast<int32_t>(tile.first + entries * piece / pieces);
    item.last = static_cast<int32_t>(tile.first + entries * (piece + 1) / pieces);
    item.partial = out.partials++;
    owners.give(item, tile.cost / pieces + epilogue);
  }
}

}  // namespace

Schedule schedule_tiles(const ScheduleInput& input) {
  Schedule out;
  Owners owners(input.owners);
  std::vector<int> order(input.tiles.size());
  std::iota(order.begin(), order.end(), 0);
  const auto longer = [&](int x, int y) { return input.tiles[x].cost > input.tiles[y].cost; };
  std::stable_sort(order.begin(), order.end(), longer);

  int64_t row_total = 0;
  for (const RowTile& tile : input.tiles) row_total += tile.cost + input.epilogue_cost;
  const int64_t columns = static_cast<int64_t>(input.panels) * input.batch;
  const int64_t share = std::max<int64_t>(1, row_total * columns / input.owners);
  const int64_t mean = input.tiles.empty() ? 0 : row_total / static_cast<int64_t>(input.tiles.size());

  // Long tiles first, over all panels, so that no owner starts one at the end; those longer than an owner's fair share
  // are cut.
  size_t regular = 0;
  for (; regular < order.size() && input.tiles[order[regular]].cost > kLongTile * mean; ++regular) {
  }
  // A quarter more than its share costs an owner less than the pieces' epilogues and the second launch.
  const int64_t limit = share + share / 4 + input.split_cost;
  const auto pieces_of = [&](const RowTile& tile) {
    if (tile.cost + input.epilogue_cost <= limit) return 1;
    const int64_t most = (tile.last - tile.first) / std::max(1, input.min_piece);
    return static_cast<int>(std::max<int64_t>(1, std::min(most, (tile.cost + share - 1) / share)));
  };
  const auto give = [&](const RowTile& tile, int panel, int batch) {
    const int pieces = pieces_of(tile);
    if (pieces > 1) {
      give_pieces(owners, out, tile, pieces, panel, batch, input.epilogue_cost);
    } else {
      owners.give(whole_item(tile, panel, batch), tile.cost + input.epilogue_cost);
    }
  };
  for (int batch = 0; batch < input.batch; ++batch)
    for (size_t i = 0; i < regular; ++i)
      for (int panel = 0; panel < input.panels; ++panel) give(input.tiles[order[i]], panel, batch);

  // The rest in raster order: all tiles of a group of rows for one panel of B, then the next panel, so that the panel and
  // the group's part of A both stay in L2.
  std::vector<int> rest(order.begin() + regular, order.end());
  std::sort(rest.begin(), rest.end());
  for (int batch = 0; batch < input.batch; ++batch) {
    for (size_t begin = 0; begin < rest.size();) {
      size_t end = begin;
      int64_t bytes = 0;
      while (end < rest.size()) {
        if (input.raster_rows > 0 ? end - begin >= static_cast<size_t>(input.raster_rows)
                                  : end > begin && bytes + input.tiles[rest[end]].bytes > input.raster_bytes)
          break;
        bytes += input.tiles[rest[end++]].bytes;
      }
      std::vector<int> group(rest.begin() + begin, rest.begin() + end);
      std::stable_sort(group.begin(), group.end(), longer);
      // The last panels are dealt out together, longest tiles first, so that all owners finish at nearly the same time.
      const int per_panel = static_cast<int>(group.size());
      const bool is_short = per_panel * input.panels <= kShortGroup * input.owners;
      const int together =
          is_short ? input.panels : std::min(input.panels, (kTailTiles * input.owners + per_panel - 1) / per_panel);
      for (int panel = 0; panel < input.panels - together; ++panel)
        for (int tile : group) give(input.tiles[tile], panel, batch);
      for (int tile : group)
        for (int panel = input.panels - together; panel < input.panels; ++panel) give(input.tiles[tile], panel, batch);
      begin = end;
    }
  }
  // A short schedule was dealt out by length alone. In that order its first tiles would fetch all of B at once, faster than
  // device memory delivers; by panels, B comes in step with the products.
  const int64_t tiles = static_cast<int64_t>(input.tiles.size()) * columns;
  owners.flatten(out, tiles <= int64_t{kShortGroup} * input.owners);
  return out;
}

}  // namespace sparsek::ops
