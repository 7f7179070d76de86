// Shape of the kernels for blocks of 64 and 128 rows: tile, stages, staging, shared memory, named barriers.
#pragma once

#include "../epilogue/general.cuh"
#include "../epilogue/staged.cuh"
#include "../pipeline/ring.cuh"
#include "../ptx/mbarrier.cuh"
#include "../tile/swizzle.cuh"
#include "wide_params.h"

namespace sparsek::gemm {

template <int BlockRows, int BlockColumns, int ClusterSize, int TileColumns>
struct WideShape {
  static_assert(BlockRows == 128 || BlockRows == 64);
  static_assert(BlockColumns == 128 || BlockColumns == 64);

  static constexpr int kCluster = ClusterSize;  // CTAs that share loads of A
  static constexpr bool kPairs = BlockRows == 64;
  // Results leave in two passes (left and right columns) through staging for half a tile, which leaves room for a fourth
  // stage. Few columns are bound by the loads of A: as many stages as fit.
  static constexpr bool kFewColumns = TileColumns == kWideFewTileColumns;
  static constexpr int kStages = kFewColumns ? 8 : kWideStages;
  static constexpr int kPasses = kFewColumns ? 1 : 2;
  static constexpr int kHalves = 2;
  static constexpr int kHalfRows = kWideHalfRows;
  static constexpr int kN = TileColumns;
  static constexpr int kK = kWideStepK;
  static constexpr int kHalfBytes = kHalfRows * kK * 2;        // 8 KB of A
  static constexpr int kABytes = kHalves * kHalfBytes;
  static constexpr int kBBytes = kK * kN * 2;
  static constexpr int kStageBytes = kABytes + kBBytes;
  static constexpr int kBChunkBytes = kK * 128;                // 64 columns of B, row-major
  static constexpr int kStepsPerBlock = BlockColumns / kK;
  static constexpr int kPassColumns = kN / kPasses;
  static constexpr int kStoreChunks = kPassColumns / 64;
  static constexpr int kStagingBytes = kStoreChunks * epilogue::kStagedChunkBytes;  // of one half
  // 40 + 2 * 232 registers times 128 threads fill the register file.
  static constexpr int kProducerRegisters = 40;
  static constexpr int kConsumerRegisters = 232;
  static_assert(epilogue::kGeneralBytes <= kStagingBytes);

  // Named barriers. "Staged": a half's results are in shared memory; "free": they have been read from there.
  static constexpr int kWarpgroupBarrier = 1;
  static constexpr int kStagedBarrier = 3;
  static constexpr int kFreeBarrier = 5;
  static constexpr int kStoreThreads = 128 + 32;  // a consumer warpgroup and its store warp

  struct Shared {
    alignas(tile::kTileAlignment) char stage[kStages][kStageBytes];
    alignas(tile::kTileAlignment) char staging[kHalves][kStagingBytes];
    ptx::Barrier full[kStages];
    ptx::Barrier empty[kStages];
    int mask[kStages];  // which halves have a block in this stage (pairs only)
  };
  static_assert(sizeof(Shared) + tile::kTileAlignment <= kWideSharedBytes);
  using Ring = pipeline::RingPosition<kStages>;

  __device__ static int first_column(const WorkItem& item, uint32_t rank) {
    return (item.panel * kCluster + static_cast<int>(rank)) * kN;
  }

  using Accumulators = float[kN / 2];
  using PassAccumulators = float[kPassColumns / 2];

  __device__ static PassAccumulators& pass_of(Accumulators& d, int pass) {
    return *reinterpret_cast<PassAccumulators*>(d + pass * (kPassColumns / 2));
  }
};

}  // namespace sparsek::gemm
