// C tile (64 x 64) = rows of one block row of A times B, for any block shape, any strides and any sm_80 or later.
//
// One CTA a tile, four warps of 32 x 32. The blocks of the row are walked in steps of 32 k; a step is fetched into
// registers while the step before is multiplied from shared memory (two buffers). Elements outside the block, the matrix
// or the tile are zeros, so block sides need not be multiples of anything. The order of additions is fixed by the pattern.
#pragma once

#include "../epilogue/general.cuh"
#include "../ptx/matrix_move.cuh"
#include "../ptx/mma.cuh"
#include "portable_params.h"

namespace sparsek::gemm {

// ---- how one step is multiplied -----------------------------------------------------------------------------------
// Both forms keep a 32 x 32 warp tile as float acc[2][4][4]: 16-row group, 8-column group, the four values of mma's D.

template <typename T>
struct TensorProduct {  // f16 and bf16 by mma.sync
  using Element = T;
  __device__ static T convert(T value) { return value; }
  static constexpr int kPitchA = kPortableStepK + 8;           // 16-byte rows that fall into different banks
  static constexpr int kPitchB = kPortableTileColumns + 8;

  __device__ static void multiply(float (&acc)[2][4][4], const T* a, const T* b, int row0, int column0, int lane) {
#pragma unroll
    for (int k = 0; k < kPortableStepK; k += 16) {
      uint32_t af[2][4], bf[2][4];
#pragma unroll
      for (int i = 0; i < 2; ++i)
        ptx::ldmatrix_x4(af[i], ptx::shared_address(a + (row0 + 16 * i + (lane & 15)) * kPitchA + k + 8 * (lane >> 4)));
#pragma unroll
      for (int j = 0; j < 2; ++j)
        ptx::ldmatrix_x4_trans(bf[j],
                               ptx::shared_address(b + (k + (lane & 15)) * kPitchB + column0 + 16 * j + 8 * (lane >> 4)));
#pragma unroll
      for (int i = 0; i < 2; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j)
          ptx::mma_m16n8k16<T>(acc[i][j], af[i], bf[j / 2][2 * (j & 1)], bf[j / 2][2 * (j & 1) + 1]);
    }
  }
};

struct ExactProduct {  // float32 by fused multiply-add, in the same distribution of results over lanes
  using Element = float;
  __device__ static float convert(float value) { return value; }
  static constexpr int kPitchA = kPortableStepK + 1;
  static constexpr int kPitchB = kPortableTileColumns + 2;

  __device__ static void multiply(float (&acc)[2][4][4], const float* a, const float* b, int row0, int column0, int lane) {
    const int row = row0 + lane / 4, column = column0 + 2 * (lane % 4);
#pragma unroll 4
    for (int k = 0; k < kPortableStepK; ++k) {
      float av[4], bv[8];
#pragma unroll
      for (int i = 0; i < 4; ++i) av[i] = a[(row + 8 * i) * kPitchA + k];
#pragma unroll
      for (int j = 0; j < 4; ++j) {
        bv[2 * j] = b[k * kPitchB + column + 8 * j];
        bv[2 * j + 1] = b[k * kPitchB + column + 8 * j + 1];
      }
#pragma unroll
      for (int i = 0; i < 2; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j)
#pragma unroll
          for (int e = 0; e < 4; ++e) acc[i][j][e] = fmaf(av[2 * i + e / 2], bv[2 * j + (e & 1)], acc[i][j][e]);
    }
  }
};

// float32 rounded to tf32 (10 bits of mantissa) on the way to shared memory, by mma.sync.
struct Tf32Product {
  using Element = float;
  static constexpr int kPitchA = kPortableStepK + 4;           // the 8 x 4 and 4 x 8 words of a fragment in different banks
  static constexpr int kPitchB = kPortableTileColumns + 8;

  __device__ static float convert(float value) { return __uint_as_float(ptx::round_to_tf32(value)); }

  __device__ static void multiply(float (&acc)[2][4][4], const float* a, const float* b, int row0, int column0, int lane) {
    const int g = lane / 4, c = lane % 4;
#pragma unroll
    for (int k = 0; k < kPortableStepK; k += 8) {
      uint32_t af[2][4], bf[4][2];
#pragma unroll
      for (int i = 0; i < 2; ++i)
#pragma unroll
        for (int e = 0; e < 4; ++e)
          af[i][e] = __float_as_uint(a[(row0 + 16 * i + 8 * (e & 1) + g) * kPitchA + k + 4 * (e / 2) + c]);
#pragma unroll
      for (int j = 0; j < 4; ++j)
#pragma unroll
        for (int e = 0; e < 2; ++e) bf[j][e] = __float_as_uint(b[(k + 4 * e + c) * kPitchB + column0 + 8 * j + g]);
#pragma unroll
      for (int i = 0; i < 2; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j) ptx::mma_m16n8k8_tf32(acc[i][j], af[i], bf[j][0], bf[j][1]);
    }
  }
};

// ---- the kernel ---------------------------------------------------------------------------------------------------
template <typename Product>
struct Portable {
  using T = typename Product::Element;
  static constexpr int kM = kPortableTileRows, kN = kPortableTileColumns, kK = kPortableStepK;
  static constexpr int kThreads = kPortableThreads;
  static constexpr int kPerThread = kM * kK / kThreads;  // elements of A, and of B, that a thread fetches in one step
  static_assert(kM == kN, "A and B have equally many elements in a step");

  struct Buffers {
    T a[2][kM * Product::kPitchA];
    T b[2][kK * Product::kPitchB];
  };
  union alignas(16) Shared {
    Buffers buffers;
    float staging[kM * epilogue::kGeneralChunk];
  };

  struct Step {
    int64_t block;  // position in A's values
    int32_t k0;     // first row of B
    int32_t offset; // first column inside the block
  };

  __device__ static Step step_at(const PortableParams& p, int32_t first, int steps_per_block, int step) {
    const int32_t position = first + step / steps_per_block;
    const int32_t offset = step % steps_per_block * kK;
    return Step{position, __ldg(p.indices + position) * p.block_columns + offset, offset};
  }

  __device__ static T zero() { return T(0.0f); }

  // Neighbouring threads take neighbouring k of A, and neighbouring elements of B along its contiguous direction.
  __device__ static void fetch(T (&a)[kPerThread], T (&b)[kPerThread], const PortableParams& p, const Step& s,
                               int tile_row, int column0, int64_t batch) {
    const T* values = static_cast<const T*>(p.values) + batch * p.values_batch_stride +
                      s.block * (static_cast<int64_t>(p.block_rows) * p.block_columns);
    const T* dense = static_cast<const T*>(p.b) + batch * p.b_batch_stride;
    const int thread = static_cast<int>(threadIdx.x);
#pragma unroll
    for (int i = 0; i < kPerThread; ++i) {
      const int index = thread + i * kThreads;
      const int row = tile_row + index / kK, k = s.offset + index % kK;
      a[i] = row < p.block_rows && k < p.block_columns ? values[static_cast<int64_t>(row) * p.block_columns + k] : zero();
      const int bk = p.b_column == 1 ? index / kN : index % kK;
      const int bn = p.b_column == 1 ? index % kN : index / kK;
      const bool inside = s.offset + bk < p.block_columns && s.k0 + bk < p.k && column0 + bn < p.epilogue.columns;
      b[i] = inside ? dense[(s.k0 + bk) * p.b_row + (column0 + bn) * p.b_column] : zero();
    }
  }

  __device__ static void place(Buffers& s, int buffer, const T (&a)[kPerThread], const T (&b)[kPerThread],
                               const PortableParams& p) {
    const int thread = static_cast<int>(threadIdx.x);
#pragma unroll
    for (int i = 0; i < kPerThread; ++i) {
      const int index = thread + i * kThreads;
      s.a[buffer][index / kK * Product::kPitchA + index % kK] = Product::convert(a[i]);
      const int bk = p.b_column == 1 ? index / kN : index % kK;
      const int bn = p.b_column == 1 ? index % kN : index / kK;
      s.b[buffer][bk * Product::kPitchB + bn] = Product::convert(b[i]);
    }
  }

  __device__ static void run(const PortableParams& p) {
    __shared__ Shared shared;
    const int thread = static_cast<int>(threadIdx.x);
    const int warp = thread / 32, lane = thread % 32;
    const int block_row = static_cast<int>(blockIdx.x) / p.tiles_per_block_row;
    const int tile_row = static_cast<int>(blockIdx.x) % p.tiles_per_block_row * kM;
    const int column0 = static_cast<int>(blockIdx.y) * kN;
    const int64_t batch = blockIdx.z;
    const int32_t first = __ldg(p.indptr + block_row);
    const int steps_per_block = (p.block_columns + kK - 1) / kK;
    const int steps = (__ldg(p.indptr + block_row + 1) - first) * steps_per_block;

    float acc[2][4][4] = {};
    T a[kPerThread], b[kPerThread];
    if (steps > 0) {
      fetch(a, b, p, step_at(p, first, steps_per_block, 0), tile_row, column0, batch);
      place(shared.buffers, 0, a, b, p);
    }
    __syncthreads();
    const int row0 = warp / 2 * 32, warp_column = warp % 2 * 32;
    for (int step = 0; step < steps; ++step) {
      const int buffer = step & 1;
      const bool more = step + 1 < steps;
      if (more) fetch(a, b, p, step_at(p, first, steps_per_block, step + 1), tile_row, column0, batch);
      Product::multiply(acc, shared.buffers.a[buffer], shared.buffers.b[buffer], row0, warp_column, lane);
      if (more) place(shared.buffers, buffer ^ 1, a, b, p);
      __syncthreads();
    }

    // Columns leave in two chunks of 32: those of warps 0 and 2, then those of warps 1 and 3.
    EpilogueParams e = p.epilogue;
    const int first_row = block_row * p.block_rows + tile_row;
    // The tile may reach past the block. The last block may reach past the matrix, and its end past 2^31.
    e.rows = block_row * p.block_rows + min(p.block_rows, e.rows - block_row * p.block_rows);
    for (int chunk = 0; chunk < kN / epilogue::kGeneralChunk; ++chunk) {
      if (warp % 2 == chunk) {
#pragma unroll
        for (int i = 0; i < 2; ++i)
#pragma unroll
          for (int j = 0; j < 4; ++j)
#pragma unroll
            for (int h = 0; h < 2; ++h)
              *reinterpret_cast<float2*>(shared.staging + epilogue::general_offset(row0 + 16 * i + 8 * h + lane / 4,
                                                                                   8 * j + 2 * (lane % 4))) =
                  make_float2(acc[i][j][2 * h], acc[i][j][2 * h + 1]);
      }
      __syncthreads();
      epilogue::general_store(shared.staging, e, static_cast<int>(batch), epilogue::PlainRows{first_row},
                              column0 + chunk * epilogue::kGeneralChunk, thread);
      __syncthreads();
    }
  }
};

}  // namespace sparsek::gemm
