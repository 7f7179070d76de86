import type { SpmmCase } from '../case/schema.js';
import { percent, type SuiteMaker } from './suite-maker.js';

const DENSITIES = [0.03125, 0.0625, 0.125, 0.25, 0.5, 1] as const;
const DENSITY = 0.125;

interface Scale {
  readonly sizes: readonly number[];
  /** Size at which the density varies. */
  readonly size: number;
  readonly block: number;
  readonly dtype: 'f32' | 'f16';
}

const CPU: Scale = { sizes: [256, 512, 1024, 2048, 4096], size: 2048, block: 32, dtype: 'f32' };
const GPU: Scale = { sizes: [1024, 2048, 4096, 8192, 16384], size: 8192, block: 128, dtype: 'f16' };

/** Columns of B on the CPU; on a GPU products are cubes. */
const CPU_COLUMNS = 512;

/** How time grows with the size of the matrix and with the share of stored blocks. */
export const scalingSuite: SuiteMaker = (device) => {
  const { sizes, size, block, dtype } = device === 'gpu' ? GPU : CPU;
  const product = (extent: number, density: number): SpmmCase => {
    const n = device === 'gpu' ? extent : CPU_COLUMNS;
    return {
      name: `spmm ${extent}x${extent}x${n}, block ${block}, ${percent(density)}`,
      operation: 'spmm',
      dtype,
      seed: 1,
      m: extent,
      k: extent,
      n,
      pattern: { kind: 'uniform', blockShape: [block, block], density },
    };
  };
  return {
    name: 'scaling',
    description: 'Time against matrix size at one density, and against density at one size',
    cases: [
      ...sizes.map((extent) => product(extent, DENSITY)),
      ...DENSITIES.filter((density) => density !== DENSITY).map((density) => product(size, density)),
    ],
  };
};
