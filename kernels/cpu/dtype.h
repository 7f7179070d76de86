// Element types and the scalar conversions between them, the same on every instruction set.
#pragma once
#include <cstdint>
#include <cstring>

namespace sparsek {

enum class Dtype : std::uint8_t { F32, F16, Bf16 };

constexpr int elementSize(Dtype dtype) { return dtype == Dtype::F32 ? 4 : 2; }

// Internal linkage on purpose: these are compiled once per instruction set, and the linker must not let code built
// for AVX-512 stand in for the baseline's.
namespace {

inline std::uint32_t bitsOf(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline float floatOf(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline float fromBf16(std::uint16_t word) { return floatOf(static_cast<std::uint32_t>(word) << 16); }

/// Rounds to nearest, ties to even; a NaN stays a (quiet) NaN.
inline std::uint16_t toBf16(float value) {
  const std::uint32_t bits = bitsOf(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

inline float fromF16(std::uint16_t word) {
  const std::uint32_t sign = static_cast<std::uint32_t>(word & 0x8000u) << 16;
  const std::uint32_t magnitude = word & 0x7fffu;
  if (magnitude >= 0x7c00u) {
    // Infinity, or a NaN, which comes out quiet as the hardware's conversions make it.
    const std::uint32_t quiet = magnitude > 0x7c00u ? 0x400000u : 0u;
    return floatOf(sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13) | quiet);
  }
  if (magnitude >= 0x400u) return floatOf(sign | ((magnitude << 13) + (112u << 23)));
  // Subnormal: magnitude * 2^-24 is exact in binary32.
  const float tiny = static_cast<float>(magnitude) * 0x1p-24f;
  return floatOf(sign | bitsOf(tiny));
}

/// Rounds to nearest, ties to even; too large becomes infinite; a NaN stays a (quiet) NaN.
inline std::uint16_t toF16(float value) {
  const std::uint32_t bits = bitsOf(value);
  const std::uint16_t sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) {
    return static_cast<std::uint16_t>(sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu));
  }
  // 65520 is half way between the largest finite half, 65504, and the next power step.
  if (magnitude >= bitsOf(65520.0f)) return static_cast<std::uint16_t>(sign | 0x7c00u);
  if (magnitude < (113u << 23)) {
    // Below 2^-14 the result is a multiple of 2^-24: adding 0.5 leaves exactly that many bits after the point.
    const std::uint32_t rounded = bitsOf(floatOf(magnitude) + 0.5f);
    return static_cast<std::uint16_t>(sign | (rounded - bitsOf(0.5f)));
  }
  const std::uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u) - (112u << 23);
  return static_cast<std::uint16_t>(sign | (rounded >> 13));
}

/// Element `index` of an array of any dtype.
inline float loadElement(const void* data, Dtype dtype, std::int64_t index) {
  switch (dtype) {
    case Dtype::F16: return fromF16(static_cast<const std::uint16_t*>(data)[index]);
    case Dtype::Bf16: return fromBf16(static_cast<const std::uint16_t*>(data)[index]);
    default: return static_cast<const float*>(data)[index];
  }
}

inline void storeElement(void* data, Dtype dtype, std::int64_t index, float value) {
  switch (dtype) {
    case Dtype::F16: static_cast<std::uint16_t*>(data)[index] = toF16(value); break;
    case Dtype::Bf16: static_cast<std::uint16_t*>(data)[index] = toBf16(value); break;
    default: static_cast<float*>(data)[index] = value;
  }
}

}  // namespace
}  // namespace sparsek
