import { randomPattern } from '@sparsek/bsr';
import type { Dtype } from '@sparsek/types';
import { type CudaDevice, emptyDense } from '../src/index.js';

/** Blocks of 16, so that the kernel packs the values; 72 columns. */
export const pattern = randomPattern({ shape: [128, 192], blockShape: [16, 16], density: 0.3, seed: 3 });
export const problem = { pattern, dtype: 'f16', denseExtent: 72 } as const;

/** Operands of that product on a device, without contents. */
export function operands(device: CudaDevice, outputDtype: Dtype) {
  return {
    values: device.allocate(pattern.indices.length * 512),
    dense: emptyDense(device, [192, 72], 'f16'),
    out: emptyDense(device, [128, 72], outputDtype),
  };
}
