// Vectors of four floats in plain C++, for any machine. GCC and Clang turn the loops into the baseline's 128-bit
// instructions (SSE2 on x86-64); multiply and add stay two roundings there.
#pragma once
#include "../dtype.h"

#define SPARSEK_ISA portable

namespace sparsek::portable {

constexpr int W = 4;
struct Vec {
  float lane[W];
};

// 8 of the 16 baseline registers accumulate.
constexpr int MR = 4;
constexpr int NV = 2;

#define SPARSEK_LANES(expression)              \
  Vec result;                                  \
  for (int i = 0; i < W; ++i) result.lane[i] = (expression); \
  return result

inline Vec zero() { SPARSEK_LANES(0.0f); }
inline Vec splat(float x) { SPARSEK_LANES(x); }
inline Vec load(const float* p) { SPARSEK_LANES(p[i]); }
inline void store(float* p, Vec v) {
  for (int i = 0; i < W; ++i) p[i] = v.lane[i];
}
inline Vec fma(Vec a, Vec b, Vec c) { SPARSEK_LANES(a.lane[i] * b.lane[i] + c.lane[i]); }
inline Vec add(Vec a, Vec b) { SPARSEK_LANES(a.lane[i] + b.lane[i]); }
inline Vec sub(Vec a, Vec b) { SPARSEK_LANES(a.lane[i] - b.lane[i]); }
inline Vec mul(Vec a, Vec b) { SPARSEK_LANES(a.lane[i] * b.lane[i]); }
inline Vec div(Vec a, Vec b) { SPARSEK_LANES(a.lane[i] / b.lane[i]); }
/// The second operand when either is NaN.
inline Vec max(Vec a, Vec b) { SPARSEK_LANES(a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]); }
inline Vec min(Vec a, Vec b) { SPARSEK_LANES(a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]); }
inline Vec abs(Vec a) { SPARSEK_LANES(floatOf(bitsOf(a.lane[i]) & 0x7fffffffu)); }
/// Exact for |a| < 2^22, which is all that the exponentials ask for; adding 1.5 * 2^23 leaves no fraction bits.
inline Vec roundNearest(Vec a) { SPARSEK_LANES((a.lane[i] + 12582912.0f) - 12582912.0f); }

/// 2^n for an integral n in [-127, 128]; 0 and infinity at the ends.
inline Vec powerOfTwo(Vec n) {
  SPARSEK_LANES(n.lane[i] == n.lane[i] ? floatOf(static_cast<std::uint32_t>(static_cast<int>(n.lane[i]) + 127) << 23)
                                       : n.lane[i]);
}

/// Lane i is a where bit i is set, b elsewhere.
inline Vec select(unsigned bits, Vec a, Vec b) { SPARSEK_LANES((bits >> i) & 1u ? a.lane[i] : b.lane[i]); }
inline unsigned lessThan(Vec a, Vec b) {
  unsigned bits = 0;
  for (int i = 0; i < W; ++i) bits |= (a.lane[i] < b.lane[i] ? 1u : 0u) << i;
  return bits;
}
/// Bits of the lanes that hold an infinity or a NaN.
inline unsigned nonFinite(Vec a) {
  unsigned bits = 0;
  for (int i = 0; i < W; ++i) bits |= ((bitsOf(a.lane[i]) & 0x7f800000u) == 0x7f800000u ? 1u : 0u) << i;
  return bits;
}

inline float sumOf(Vec v) { return (v.lane[0] + v.lane[2]) + (v.lane[1] + v.lane[3]); }
inline float maxOf(Vec v) {
  float result = v.lane[0];
  for (int i = 1; i < W; ++i) result = v.lane[i] > result ? v.lane[i] : result;
  return result;
}

inline Vec loadF16(const std::uint16_t* p) { SPARSEK_LANES(fromF16(p[i])); }
inline Vec loadBf16(const std::uint16_t* p) { SPARSEK_LANES(fromBf16(p[i])); }

inline void storeF16(std::uint16_t* p, Vec v) {
  for (int i = 0; i < W; ++i) p[i] = toF16(v.lane[i]);
}
inline void storeBf16(std::uint16_t* p, Vec v) {
  for (int i = 0; i < W; ++i) p[i] = toBf16(v.lane[i]);
}

/// Transposes 4 x 4.
inline void transpose(Vec* r) {
  for (int i = 0; i < W; ++i) {
    for (int j = i + 1; j < W; ++j) {
      const float swapped = r[i].lane[j];
      r[i].lane[j] = r[j].lane[i];
      r[j].lane[i] = swapped;
    }
  }
}

#undef SPARSEK_LANES

}  // namespace sparsek::portable
