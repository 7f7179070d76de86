// Shape of the union kernel for blocks with a side of 16 or 32: tile, stages, staging, shared memory, named barriers.
#pragma once

#include "../epilogue/general.cuh"
#include "../epilogue/staged.cuh"
#include "../pipeline/ring.cuh"
#include "../ptx/mbarrier.cuh"
#include "../tile/swizzle.cuh"
#include "narrow_params.h"

namespace sparsek::gemm {

template <int PanelRows>
struct NarrowShape {
  static_assert(PanelRows == 16 || PanelRows == 32);

  static constexpr int kStages = kNarrowStages;
  static constexpr int kN = kNarrowTileColumns;
  static constexpr int kSteps = kNarrowSteps;
  static constexpr int kPanelRows = PanelRows;                     // of B
  static constexpr int kPanels = kSteps * 16 / kPanelRows;         // of a stage
  static constexpr int kPanelBytes = kPanelRows * kN * 2;
  static constexpr int kChunkBytes = kPanelRows * 128;             // 64 columns of a panel
  static constexpr int kBBytes = kPanels * kPanelBytes;
  static constexpr int kWorkers = kNarrowWorkers;
  static constexpr int kStrips = kNarrowStrips / kWorkers;         // of a worker, one a warp
  static constexpr int kStoreChunks = kN / 64;
  static constexpr int kStagingBytes = kStoreChunks * epilogue::kStagedChunkBytes;  // of one worker
  static_assert(kStagingBytes == kNarrowStagingBytes && epilogue::kGeneralBytes <= kStagingBytes);
  // The block is launched with 96 registers a thread; what it holds then is all that can be shared out:
  // 32 + 4 * 112 = 5 * 96.
  static constexpr int kProducerRegisters = 32;
  static constexpr int kWorkerRegisters = 112;

  // Arrivals that hand a stage back: of every thread of a worker for what it read itself, fragments of A and masks, and of
  // one more for the panels of B that the worker's products read. One arrival a warp behind __syncwarp would order the same
  // reads; racecheck does not follow that order.
  static constexpr int kReleases = kWorkers * (128 + 1);

  // Named barriers, one a worker: its own; results staged; staging free.
  static constexpr int kWarpgroupBarrier = 1;
  static constexpr int kStagedBarrier = 5;
  static constexpr int kFreeBarrier = 9;
  static constexpr int kStoreThreads = 128 + 32;  // a worker and its store warp

  struct Stage {
    alignas(tile::kTileAlignment) char b[kBBytes];
    char a[kNarrowMaxFragments * kNarrowFragmentBytes];
  };
  struct Shared {
    Stage stage[kStages];
    alignas(tile::kTileAlignment) char staging[kWorkers][kStagingBytes];
    ptx::Barrier full[kStages];
    ptx::Barrier empty[kStages];
    uint2 masks[kStages];
  };
  static_assert(sizeof(Stage) == kNarrowStageBytes);
  static_assert(sizeof(Shared) + tile::kTileAlignment <= kNarrowSharedBytes);
  using Ring = pipeline::RingPosition<kStages>;
  using Accumulators = float[kN / 2];

  // First rows of C of the worker's strips of the tile; -1: none.
  __device__ static const int32_t* strip_rows(const NarrowParams& p, const WorkItem& item, int worker) {
    return p.tile_rows + item.slot_row[0] * kNarrowStrips + kStrips * worker;
  }
};

}  // namespace sparsek::gemm
