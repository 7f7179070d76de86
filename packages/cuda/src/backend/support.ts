import { type Dtype, type OperationName, UnsupportedOperationError } from '@sparsek/types';
import type { CudaDeviceInfo } from '../device/info.js';

type Kernels = Readonly<Record<OperationName, readonly Dtype[]>>;

/** Each has a kernel for every supported GPU; Hopper has faster ones for some. */
const KERNELS: Kernels = {
  spmm: ['f16', 'bf16', 'f32'],
  sddmm: [],
  spgemm: [],
  spmm24: [],
  attention: ['f16', 'bf16', 'f32'],
};

export function supports(info: CudaDeviceInfo, operation: OperationName, dtype: Dtype): boolean {
  return info.supported && KERNELS[operation].includes(dtype);
}

/** @throws UnsupportedOperationError that names what would work. */
export function requireSupport(info: CudaDeviceInfo, operation: OperationName, dtype: Dtype): void {
  if (supports(info, operation, dtype)) return;
  const known = info.supported ? KERNELS[operation] : [];
  const remedy = known.length > 0 ? `use ${known.join(' or ')}, or the CPU backend` : 'use the CPU backend';
  throw new UnsupportedOperationError(
    `The CUDA backend has no ${dtype} kernel for ${operation} on ${info.name} (compute capability ` +
      `${info.computeCapability}) yet; ${remedy}`,
  );
}
