// Shape of one compiled instance: tiles, stages, shared memory, registers.
#pragma once

#include <cstdint>

#include "../ptx/mbarrier.cuh"
#include "../tile/swizzle.cuh"
#include "block_walk.cuh"
#include "params.h"

namespace sparsek::attention {

constexpr int kChunk = 64;                             // 16-bit elements of a 128-byte swizzled row
constexpr int kProducerRegisters = 40;                 // 128 * 40 + 256 * 232 = 64512 = 384 * 168, the launch's own
constexpr int kConsumerRegisters = 232;

// `Side`: edge of the mask's blocks. 128: both warpgroups work on one tile of 128 queries and share its K and V. 64: each
// has a tile, rings and producer of its own, because their lists of blocks differ.
template <typename T_, int Dim, bool Modified, int Side>
struct Config {
  using T = T_;
  static constexpr int kDim = Dim;
  static constexpr int kSide = Side;
  static constexpr int kTeam = team_size(Side);
  static constexpr int kTeams = teams_of(Side);
  static constexpr bool kModified = Modified;  // softcap, ALiBi, or a scale that is not positive
  static constexpr int kKeys = keys_per_step(Dim, Side);
  static constexpr int kChunks = Dim / kChunk;
  // At 64 dimensions a step's chain of dependent work is longer than its tensor time: turns keep the warpgroups half a step
  // apart (+11 % on items of 32 steps), and code between the products costs more than it hides. Above, neither holds.
  static constexpr bool kOrdered = Dim <= 64 && kTeam == 2;
  static constexpr bool kMaskEarly = Dim > 64;
  static constexpr int kQStages = q_stages(Dim, Side);
  static constexpr int kKStages = k_stages(Dim, Side);
  static constexpr int kVStages = v_stages(Dim, Side);
  static constexpr bool kStageInQ = stages_output_in_q(Dim, Side);
  static constexpr int kQChunkBytes = Side * 128;
  static constexpr int kQBytes = kChunks * kQChunkBytes;
  static constexpr int kKvChunkBytes = kKeys * 128;
  static constexpr int kKvBytes = kChunks * kKvChunkBytes;
  static_assert(Dim % kChunk == 0 && Dim >= 64 && Dim <= 256 && (Side == 128 || (Side == 64 && Dim <= 128)));
};

// One step of the online softmax as the producer announces it: which keys and how they are masked.
struct alignas(16) Step {
  int32_t first_key;
  int32_t fill;    // Fill, or kFillFull with `masked` set for the ragged end of the keys
  int32_t masked;  // 0: no element needs a test
  int32_t last;    // 1: no further step in this work item
};

struct alignas(16) Item {
  int32_t tile;       // query tile; -1: no more work
  int32_t head;       // query head
  int32_t batch;
  int32_t pattern;    // index into Masks::patterns
  int32_t empty;      // 1: no block is visible, no step follows
  int32_t partial;    // -1: a whole item; else where the part's O and log-sum-exp go
  float sink2;        // logit of the head's sink in base 2; -infinity: none
  int32_t reserved;
};

// What the scheduler warp tells the producer warp about an item.
struct Plan {
  Item item;
  WalkStart start;
  BlockRange share[32];  // one a lane
};

template <typename C>
struct alignas(tile::kTileAlignment) SharedStorage {
  uint8_t q[C::kQStages][C::kQBytes];
  uint8_t k[C::kKStages][C::kKvBytes];
  uint8_t v[C::kVStages][C::kKvBytes];
  uint8_t o[C::kStageInQ ? 16 : C::kQBytes];
  Plan plan;
  Step step[C::kKStages];
  Item item[C::kQStages];
  ptx::Barrier plan_full, plan_empty;
  ptx::Barrier q_full[C::kQStages], q_empty[C::kQStages];
  ptx::Barrier k_full[C::kKStages], k_empty[C::kKStages];
  ptx::Barrier v_full[C::kVStages], v_empty[C::kVStages];
};

template <typename C>
constexpr bool kFitsLaunch = sizeof(SharedStorage<C>) * C::kTeams + tile::kTileAlignment <= shared_bytes(C::kDim, C::kSide);

}  // namespace sparsek::attention
