#include "kernel_set.h"

namespace sparsek {

#define SPARSEK_KERNELS(set, isa) \
  { InstructionSet::set, isa::kSpmm, isa::kHybrid, isa::kSddmm, isa::kSpgemm, isa::kAttention }

const KernelSet& kernelsFor(InstructionSet set) {
#if defined(__x86_64__)
  static const KernelSet avx2 = SPARSEK_KERNELS(Avx2, avx2);
  static const KernelSet avx512 = SPARSEK_KERNELS(Avx512, avx512);
  if (set == InstructionSet::Avx2) return avx2;
  if (set == InstructionSet::Avx512) return avx512;
#elif defined(__aarch64__)
  static const KernelSet neon = SPARSEK_KERNELS(Neon, neon);
  if (set == InstructionSet::Neon) return neon;
#endif
  static const KernelSet portable = SPARSEK_KERNELS(Portable, portable);
  return portable;
}

#undef SPARSEK_KERNELS

}  // namespace sparsek
