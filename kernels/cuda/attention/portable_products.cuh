// The two products of a step, S = Q K^T and O += P V, for one warp and its 16 queries: by matrix units for the half types,
// by fused multiply-add for float32. Both leave S and O in the fragments of mma.m16n8k16: lane l holds of each tile of 8
// columns those numbered 2 (l % 4) and the next, in rows l / 4 (elements 0, 1) and l / 4 + 8 (elements 2, 3).
#pragma once

#include <type_traits>

#include "../ptx/cp_async.cuh"
#include "../ptx/matrix_move.cuh"
#include "../ptx/mma.cuh"
#include "portable_params.h"

namespace sparsek::attention {

template <typename T>
struct PortableTensor {
  using Element = T;
  static constexpr ElementType kType =
      std::is_same<T, __half>::value ? ElementType::kF16 : ElementType::kBF16;
  template <int Dim>
  static constexpr int kPitch = portable_pitch(kType, Dim);

  __device__ static uint32_t pack(float low, float high) {
    if constexpr (kType == ElementType::kF16) {
      const __half2 pair = __floats2half2_rn(low, high);
      return *reinterpret_cast<const uint32_t*>(&pair);
    } else {
      const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
      return *reinterpret_cast<const uint32_t*>(&pair);
    }
  }

  template <int Dim, int Keys>
  __device__ static void scores(float (&s)[Keys / 8][4], const T* q, const T* k, int lane) {
#pragma unroll 4
    for (int d = 0; d < Dim; d += 16) {
      uint32_t a[4];
      ptx::ldmatrix_x4(a, ptx::shared_address(q + (lane & 15) * kPitch<Dim> + d + 8 * (lane >> 4)));
#pragma unroll
      for (int j = 0; j < Keys / 16; ++j) {
        uint32_t b[4];
        ptx::ldmatrix_x4(b, ptx::shared_address(k + (16 * j + (lane & 7) + 8 * (lane >> 4)) * kPitch<Dim> + d +
                                                8 * ((lane >> 3) & 1)));
        ptx::mma_m16n8k16<T>(s[2 * j], a, b[0], b[1]);
        ptx::mma_m16n8k16<T>(s[2 * j + 1], a, b[2], b[3]);
      }
    }
  }

  // Two neighbouring tiles of S are one operand of the second product as they lie.
  template <int Dim, int Keys>
  __device__ static void accumulate(float (&o)[Dim / 8][4], const float (&p)[Keys / 8][4], const T* v, int lane) {
#pragma unroll
    for (int t = 0; t < Keys / 16; ++t) {
      const uint32_t a[4] = {pack(p[2 * t][0], p[2 * t][1]), pack(p[2 * t][2], p[2 * t][3]),
                             pack(p[2 * t + 1][0], p[2 * t + 1][1]), pack(p[2 * t + 1][2], p[2 * t + 1][3])};
#pragma unroll
      for (int n = 0; n < Dim / 16; ++n) {
        uint32_t b[4];
        ptx::ldmatrix_x4_trans(b, ptx::shared_address(v + (16 * t + (lane & 15)) * kPitch<Dim> + 16 * n + 8 * (lane >> 4)));
        ptx::mma_m16n8k16<T>(o[2 * n], a, b[0], b[1]);
        ptx::mma_m16n8k16<T>(o[2 * n + 1], a, b[2], b[3]);
      }
    }
  }
};

struct PortableExact {
  using Element = float;
  static constexpr ElementType kType = ElementType::kF32;
  template <int Dim>
  static constexpr int kPitch = portable_pitch(kType, Dim);

  template <int Dim, int Keys>
  __device__ static void scores(float (&s)[Keys / 8][4], const float* q, const float* k, int lane) {
    const float* rows = q + lane / 4 * kPitch<Dim>;
    const float* columns = k + 2 * (lane % 4) * kPitch<Dim>;
#pragma unroll 4
    for (int d = 0; d < Dim; ++d) {
      const float low = rows[d], high = rows[8 * kPitch<Dim> + d];
#pragma unroll
      for (int j = 0; j < Keys / 8; ++j) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          const float key = columns[(8 * j + e) * kPitch<Dim> + d];
          s[j][e] = fmaf(low, key, s[j][e]);
          s[j][2 + e] = fmaf(high, key, s[j][2 + e]);
        }
      }
    }
  }

  // Weights of hidden keys are -0, and their values are passed over, whatever they hold.
  template <int Dim, int Keys>
  __device__ static void accumulate(float (&o)[Dim / 8][4], const float (&p)[Keys / 8][4], const float* v, int lane) {
#pragma unroll
    for (int key = 0; key < Keys; ++key) {
      const int owner = (lane & ~3) | (key % 8 / 2);
      const float low = __shfl_sync(0xffffffffu, p[key / 8][key & 1], owner);
      const float high = __shfl_sync(0xffffffffu, p[key / 8][2 + (key & 1)], owner);
      const bool low_seen = __float_as_int(low) >= 0, high_seen = __float_as_int(high) >= 0;
#pragma unroll
      for (int n = 0; n < Dim / 8; ++n) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          const float value = v[key * kPitch<Dim> + 8 * n + 2 * (lane % 4) + e];
          o[n][e] = low_seen ? fmaf(low, value, o[n][e]) : o[n][e];
          o[n][2 + e] = high_seen ? fmaf(high, value, o[n][2 + e]) : o[n][2 + e];
        }
      }
    }
  }
};

}  // namespace sparsek::attention
