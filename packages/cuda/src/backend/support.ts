import { type Dtype, type OperationName, UnsupportedOperationError } from '@sparsek/types';
import type { CudaDeviceInfo } from '../device/info.js';

type Kernels = Readonly<Record<OperationName, readonly Dtype[]>>;

/** Kernels for every supported GPU. */
const PORTABLE: Kernels = {
  spmm: ['f16', 'bf16', 'f32'],
  sddmm: [],
  spgemm: [],
  spmm24: [],
  attention: [],
};

/** Kernels for compute capability 9.0, with its own instructions. */
const HOPPER: Kernels = { ...PORTABLE, attention: ['f16', 'bf16'] };

function kernelsOf({ computeCapability, supported }: CudaDeviceInfo): Kernels | undefined {
  if (!supported) return undefined;
  return computeCapability === '9.0' ? HOPPER : PORTABLE;
}

export function supports(info: CudaDeviceInfo, operation: OperationName, dtype: Dtype): boolean {
  return kernelsOf(info)?.[operation].includes(dtype) ?? false;
}

/** @throws UnsupportedOperationError that names what would work. */
export function requireSupport(info: CudaDeviceInfo, operation: OperationName, dtype: Dtype): void {
  if (supports(info, operation, dtype)) return;
  const known = kernelsOf(info)?.[operation] ?? [];
  const remedy = known.length > 0 ? `use ${known.join(' or ')}, or the CPU backend` : 'use the CPU backend';
  throw new UnsupportedOperationError(
    `The CUDA backend has no ${dtype} kernel for ${operation} on ${info.name} (compute capability ` +
      `${info.computeCapability}) yet; ${remedy}`,
  );
}
