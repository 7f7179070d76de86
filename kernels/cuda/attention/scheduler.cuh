// The scheduler warp: draws work items, longest first, and finds out where each one's walk over its visible blocks begins.
// It works one item ahead of the loader, so that the chain of dependent loads (order, head map, pattern, row) is hidden.
#pragma once

#include <math_constants.h>

#include "block_walk.cuh"
#include "config.cuh"

namespace sparsek::attention {

// The index-th item, and what part of its blocks. In the computed order: sections of (batch, head) pairs that share the L2
// cache; inside one, all heads of a query tile, then the next tile.
__device__ __forceinline__ Item decode_item(const Params& p, int index, BlockPart& part) {
  int pair, tile, partial = -1;
  part = kAllBlocks;
  if (p.chunks != nullptr) {
    const int4 chunk = __ldg(reinterpret_cast<const int4*>(p.chunks) + index);
    pair = chunk.x / p.query_tiles;
    tile = chunk.x - pair * p.query_tiles;
    part = {chunk.y, chunk.z};
    partial = chunk.w;
  } else if (p.order != nullptr) {
    const int code = __ldg(p.order + index);
    pair = code / p.query_tiles;
    tile = code - pair * p.query_tiles;
  } else {
    const int first = index / (p.section * p.query_tiles) * p.section;
    const int width = min(p.section, p.batch * p.heads - first);
    const int inside = index - first * p.query_tiles;
    tile = inside / width;
    pair = first + inside - tile * width;
    if (p.descending) tile = p.query_tiles - 1 - tile;
  }
  Item item{};
  item.tile = tile;
  item.partial = partial;
  item.batch = pair / p.heads;
  item.head = pair - item.batch * p.heads;
  const HeadMapPlace place = place_in_head_map(p, item.batch, item.head);
  item.sink2 = p.sinks != nullptr ? __ldg(p.sinks + item.head) * kLog2e : -CUDART_INF_F;
  item.pattern = __ldg(p.masks.head_map + place.row * p.map_heads + place.column);
  return item;
}

// Lane 0 draws; the counter returns to 0 when every one of the `drawers` has drawn once past the end.
__device__ __forceinline__ int draw_ticket(const Params& p, uint32_t drawers) {
  const uint32_t ticket = ptx::lane_index() == 0 ? atomicInc(p.ticket, static_cast<uint32_t>(p.items) + drawers - 1) : 0u;
  return ptx::warp_uniform(static_cast<int>(ticket));
}

template <typename C>
__device__ __forceinline__ void post_plan(SharedStorage<C>& s, const Item& item, const WalkStart& start,
                                          const BlockRange& share) {
  const int lane = ptx::lane_index();
  s.plan.share[lane] = share;
  if (lane == 0) {
    s.plan.item = item;
    s.plan.start = start;
  }
  ptx::mbarrier_arrive(&s.plan_full);  // each lane for what it wrote
}

// Draws an item as soon as the producer has taken the one before, not earlier: items drawn far ahead make the end of the
// launch uneven. Ends with an item whose tile is -1.
template <typename C>
__device__ __forceinline__ void schedule(const Params& p, SharedStorage<C>& s) {
  for (uint32_t parity = 1;; parity ^= 1) {
    ptx::mbarrier_wait(&s.plan_empty, parity);
    const int index = draw_ticket(p, gridDim.x * C::kTeams);
    if (index >= p.items) break;
    BlockPart part;
    const Item item = decode_item(p, index, part);
    BlockRange share;
    const WalkStart start = start_walk<C::kSide>(p, p.masks.patterns[item.pattern], item.tile, part, share);
    post_plan(s, item, start, share);
  }
  Item stop{};
  stop.tile = -1;
  post_plan(s, stop, WalkStart{}, BlockRange{});
}

}  // namespace sparsek::attention
