import type { SpmmCase } from '../case/schema.js';
import { DENSE_PEERS } from '../peers/peer-list.js';
import { percent, type SuiteMaker } from './suite-maker.js';

const BLOCKS = [16, 32, 64, 128] as const;

/** Far enough apart to bracket the point where dense wins; between them it is interpolated. */
const DENSITIES = [0.125, 0.25, 0.5, 0.75, 1] as const;

const CPU = { size: 2048, columns: 256, dtype: 'f32' } as const;
const GPU = { size: 8192, columns: 8192, dtype: 'f16' } as const;

/** For each block size, up to which density the block-sparse product beats the dense one; run it with peers. */
export const crossoverSuite: SuiteMaker = (device) => {
  const { size, columns, dtype } = device === 'gpu' ? GPU : CPU;
  return {
    name: 'crossover',
    description: 'Up to which density sparse beats dense, by block size',
    // Slow sparse peers at full density would take most of the time and say nothing of the question.
    peers: DENSE_PEERS,
    cases: BLOCKS.flatMap((block) =>
      DENSITIES.map(
        (density): SpmmCase => ({
          name: `spmm ${size}x${size}x${columns}, block ${block}, ${percent(density)}`,
          operation: 'spmm',
          dtype,
          seed: 1,
          m: size,
          k: size,
          n: columns,
          pattern: { kind: 'uniform', blockShape: [block, block], density },
        }),
      ),
    ),
  };
};
