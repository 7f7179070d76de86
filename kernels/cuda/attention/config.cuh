// Shape of one compiled instance: tiles, stages, shared memory, registers.
#pragma once

#include <cstdint>

#include "../ptx/mbarrier.cuh"
#include "block_walk.cuh"
#include "params.h"

namespace sparsek::attention {

constexpr int kChunk = 64;                             // 16-bit elements of a 128-byte swizzled row
constexpr int kProducerRegisters = 40;                 // 128 * 40 + 256 * 232 = 64512 = 384 * 168, the launch's own
constexpr int kConsumerRegisters = 232;

template <typename T_, int Dim, bool Modified>
struct Config {
  using T = T_;
  static constexpr int kDim = Dim;
  static constexpr bool kModified = Modified;  // softcap, ALiBi, or a scale that is not positive
  static constexpr int kKeys = keys_per_step(Dim);
  static constexpr int kChunks = Dim / kChunk;
  static constexpr int kQStages = q_stages(Dim);
  static constexpr int kKStages = k_stages(Dim);
  static constexpr int kVStages = v_stages(Dim);
  static constexpr bool kStageInQ = stages_output_in_q(Dim);
  static constexpr int kQChunkBytes = kTileRows * 128;
  static constexpr int kQBytes = kChunks * kQChunkBytes;
  static constexpr int kKvChunkBytes = kKeys * 128;
  static constexpr int kKvBytes = kChunks * kKvChunkBytes;
  static_assert(Dim % kChunk == 0 && Dim >= 64 && Dim <= 256);
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
  int32_t pattern;    // index into Params::patterns
  int32_t empty;      // 1: no block is visible, no step follows
  int32_t reserved[3];
};

// What the scheduler warp tells the producer warp about an item.
struct Plan {
  Item item;
  WalkStart start;
  BlockRange share[32];  // one a lane
};

template <typename C>
struct alignas(1024) SharedStorage {
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

// Dynamic shared memory is only 16-byte aligned by contract: the last 1 KB of the launch's share is for alignment.
template <typename C>
constexpr bool kFitsLaunch = sizeof(SharedStorage<C>) + 1024 <= shared_bytes(C::kDim) && shared_bytes(C::kDim) <= 232448;

}  // namespace sparsek::attention
