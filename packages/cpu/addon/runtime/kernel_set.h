// The kernels of one instruction set.
#pragma once
#include "../../../../kernels/cpu/attention/attention.h"
#include "../../../../kernels/cpu/sddmm/sddmm.h"
#include "../../../../kernels/cpu/spgemm/spgemm.h"
#include "../../../../kernels/cpu/spmm/spmm.h"
#include "cpu_features.h"

namespace sparsek {

struct KernelSet {
  InstructionSet instructionSet;
  const SpmmKernels& spmm;
  const SpmmKernels& hybrid;
  const SddmmKernels& sddmm;
  const SpgemmKernels& spgemm;
  const AttentionKernels& attention;
};

/// The kernels of a set that `isSupported`.
const KernelSet& kernelsFor(InstructionSet set);

}  // namespace sparsek
