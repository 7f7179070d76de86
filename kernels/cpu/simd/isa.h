// Chooses the vector type from SPARSEK_TARGET, which the one-line sources (such as spmm/spmm.avx2.cc) define.
//
// Code under kernels/cpu that is compiled for more than one instruction set lives in a namespace of that set and
// uses no inline function of the standard library: the linker keeps one copy of those, and might keep the copy that
// was compiled for AVX-512 on a machine that has none.
#pragma once

#define SPARSEK_TARGET_PORTABLE 1
#define SPARSEK_TARGET_AVX2 2
#define SPARSEK_TARGET_AVX512 3
#define SPARSEK_TARGET_NEON 4

#if SPARSEK_TARGET == SPARSEK_TARGET_AVX512
#include "avx512.h"
#elif SPARSEK_TARGET == SPARSEK_TARGET_AVX2
#include "avx2.h"
#elif SPARSEK_TARGET == SPARSEK_TARGET_NEON
#include "neon.h"
#else
#include "portable.h"
#endif

#include "access.h"
#include "math.h"

namespace sparsek::SPARSEK_ISA {

inline bool isSet(const bool* cancelled) { return __atomic_load_n(cancelled, __ATOMIC_RELAXED); }

}  // namespace sparsek::SPARSEK_ISA
