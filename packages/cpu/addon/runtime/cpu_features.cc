#include "cpu_features.h"

#include <initializer_list>

#if defined(__x86_64__)
#include <cpuid.h>

#include <cstdint>
#endif

namespace sparsek {

#if defined(__x86_64__)
namespace {

struct Registers {
  std::uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Registers cpuid(std::uint32_t leaf, std::uint32_t subleaf) {
  Registers r;
  // Leaves r at 0 where the processor does not know the leaf.
  __get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx);
  return r;
}

/// The register states that the operating system saves (XCR0): without them the registers must not be used.
std::uint64_t savedStates() {
  constexpr std::uint32_t kOsxsave = 1u << 27;
  if ((cpuid(1, 0).ecx & kOsxsave) == 0) return 0;
  std::uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<std::uint64_t>(high) << 32) | low;
}

bool hasAvx2() {
  constexpr std::uint64_t kXmmYmm = 0x6;
  constexpr std::uint32_t kFma = 1u << 12, kF16c = 1u << 29, kAvx = 1u << 28, kAvx2 = 1u << 5;
  const std::uint32_t needed = kFma | kF16c | kAvx;
  return (savedStates() & kXmmYmm) == kXmmYmm && (cpuid(1, 0).ecx & needed) == needed &&
         (cpuid(7, 0).ebx & kAvx2) != 0;
}

bool hasAvx512() {
  constexpr std::uint64_t kOpmaskZmm = 0xe6;
  constexpr std::uint32_t kF = 1u << 16, kDq = 1u << 17, kBw = 1u << 30, kVl = 1u << 31;
  const std::uint32_t needed = kF | kDq | kBw | kVl;
  return hasAvx2() && (savedStates() & kOpmaskZmm) == kOpmaskZmm && (cpuid(7, 0).ebx & needed) == needed;
}

}  // namespace
#endif

bool isSupported(InstructionSet set) {
#if defined(__x86_64__)
  static const bool avx2 = hasAvx2(), avx512 = hasAvx512();
  if (set == InstructionSet::Avx2) return avx2;
  if (set == InstructionSet::Avx512) return avx512;
#elif defined(__aarch64__)
  if (set == InstructionSet::Neon) return true;
#endif
  return set == InstructionSet::Portable;
}

InstructionSet bestInstructionSet() {
  for (const InstructionSet set : {InstructionSet::Avx512, InstructionSet::Avx2, InstructionSet::Neon}) {
    if (isSupported(set)) return set;
  }
  return InstructionSet::Portable;
}

const char* nameOf(InstructionSet set) {
  switch (set) {
    case InstructionSet::Avx2: return "avx2";
    case InstructionSet::Avx512: return "avx512";
    case InstructionSet::Neon: return "neon";
    default: return "generic";
  }
}

}  // namespace sparsek
