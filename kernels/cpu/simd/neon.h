// Vectors of four floats: Advanced SIMD of AArch64, where it is always present.
#pragma once
#include <arm_neon.h>

#include "../dtype.h"

#define SPARSEK_ISA neon

namespace sparsek::neon {

using Vec = float32x4_t;
constexpr int W = 4;

// 24 of the 32 registers accumulate, 3 hold the row of B, the rest broadcast A.
constexpr int MR = 8;
constexpr int NV = 3;

inline Vec zero() { return vdupq_n_f32(0.0f); }
inline Vec splat(float x) { return vdupq_n_f32(x); }
inline Vec load(const float* p) { return vld1q_f32(p); }
inline void store(float* p, Vec v) { vst1q_f32(p, v); }
inline Vec fma(Vec a, Vec b, Vec c) { return vfmaq_f32(c, a, b); }
inline Vec add(Vec a, Vec b) { return vaddq_f32(a, b); }
inline Vec sub(Vec a, Vec b) { return vsubq_f32(a, b); }
inline Vec mul(Vec a, Vec b) { return vmulq_f32(a, b); }
inline Vec div(Vec a, Vec b) { return vdivq_f32(a, b); }
/// The second operand when either is NaN, as on x86 (vmaxq would give NaN).
inline Vec max(Vec a, Vec b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
inline Vec min(Vec a, Vec b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
inline Vec abs(Vec a) { return vabsq_f32(a); }
inline Vec roundNearest(Vec a) { return vrndnq_f32(a); }

/// 2^n for an integral n in [-127, 128]; 0 and infinity at the ends.
inline Vec powerOfTwo(Vec n) {
  return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(vcvtnq_s32_f32(n), vdupq_n_s32(127)), 23));
}

/// Lane i is a where bit i is set, b elsewhere.
inline Vec select(unsigned bits, Vec a, Vec b) {
  const std::uint32_t lanes[4] = {1, 2, 4, 8};
  return vbslq_f32(vtstq_u32(vdupq_n_u32(bits), vld1q_u32(lanes)), a, b);
}
inline unsigned lessThan(Vec a, Vec b) {
  const std::uint32_t lanes[4] = {1, 2, 4, 8};
  return vaddvq_u32(vandq_u32(vcltq_f32(a, b), vld1q_u32(lanes)));
}
/// Bits of the lanes that hold an infinity or a NaN.
inline unsigned nonFinite(Vec a) {
  const std::uint32_t lanes[4] = {1, 2, 4, 8};
  const uint32x4_t finite = vcleq_f32(vabsq_f32(a), vdupq_n_f32(3.402823466e38f));
  return vaddvq_u32(vandq_u32(vmvnq_u32(finite), vld1q_u32(lanes)));
}

inline float sumOf(Vec v) { return vaddvq_f32(v); }
inline float maxOf(Vec v) { return vmaxnmvq_f32(v); }

inline Vec loadF16(const std::uint16_t* p) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))); }
inline Vec loadBf16(const std::uint16_t* p) { return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16)); }

inline void storeF16(std::uint16_t* p, Vec v) { vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(v))); }
/// As toBf16 in dtype.h.
inline void storeBf16(std::uint16_t* p, Vec v) {
  const uint32x4_t bits = vreinterpretq_u32_f32(v);
  const uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
  const uint32x4_t rounded = vshrq_n_u32(vaddq_u32(bits, vaddq_u32(odd, vdupq_n_u32(0x7fff))), 16);
  const uint32x4_t quiet = vorrq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(0x40));
  vst1_u16(p, vmovn_u32(vbslq_u32(vceqq_f32(v, v), rounded, quiet)));
}

/// Transposes 4 x 4 in registers.
inline void transpose(Vec* r) {
  const float32x4x2_t a = vtrnq_f32(r[0], r[1]), b = vtrnq_f32(r[2], r[3]);
  r[0] = vcombine_f32(vget_low_f32(a.val[0]), vget_low_f32(b.val[0]));
  r[1] = vcombine_f32(vget_low_f32(a.val[1]), vget_low_f32(b.val[1]));
  r[2] = vcombine_f32(vget_high_f32(a.val[0]), vget_high_f32(b.val[0]));
  r[3] = vcombine_f32(vget_high_f32(a.val[1]), vget_high_f32(b.val[1]));
}

}  // namespace sparsek::neon
