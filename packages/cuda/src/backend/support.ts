import { type Dtype, type OperationName, UnsupportedOperationError } from '@sparsek/types';
import type { CudaDeviceInfo } from '../device/info.js';

/** Compute capability -> operation -> dtypes that there are kernels for. */
const HOPPER: Readonly<Record<OperationName, readonly Dtype[]>> = {
  spmm: ['f16', 'bf16'],
  sddmm: [],
  spgemm: [],
  spmm24: [],
  attention: ['f16', 'bf16'],
};

export function supports(info: CudaDeviceInfo, operation: OperationName, dtype: Dtype): boolean {
  return info.computeCapability === '9.0' && HOPPER[operation].includes(dtype);
}

/** @throws UnsupportedOperationError that names what would work. */
export function requireSupport(info: CudaDeviceInfo, operation: OperationName, dtype: Dtype): void {
  if (supports(info, operation, dtype)) return;
  const known = info.computeCapability === '9.0' ? HOPPER[operation] : [];
  const remedy = known.length > 0 ? `use ${known.join(' or ')}, or the CPU backend` : 'use the CPU backend';
  throw new UnsupportedOperationError(
    `The CUDA backend has no ${dtype} kernel for ${operation} on ${info.name} (compute capability ` +
      `${info.computeCapability}) yet; ${remedy}`,
  );
}
