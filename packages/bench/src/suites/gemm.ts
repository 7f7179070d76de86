import type { Dtype } from '@sparsek/types';
import type { SpmmCase, Suite } from '../case/schema.js';

const BLOCKS = [128, 64, 32, 16] as const;

/** `[n, density]` of products of n x n by n x n, the headline size first. */
const SIZES: readonly (readonly [number, number])[] = [
  [8192, 0.125],
  [8192, 0.25],
  [8192, 0.5],
  [4096, 0.125],
];

/** Where A no longer fits the L2 cache. */
const LARGE = [16384, 0.125] as const;

/** Columns of B where the product is bound by reading A. */
const SKINNY = [1, 16, 64] as const;

function square(n: number, block: number, density: number, dtype: Dtype): SpmmCase {
  return {
    name: `spmm ${n}^3, block ${block}, ${100 * density} %, ${dtype}`,
    operation: 'spmm',
    dtype,
    seed: 1,
    m: n,
    k: n,
    n,
    pattern: { kind: 'uniform', blockShape: [block, block], density },
  };
}

/** Products on a GPU against the dense product of the same size, by block size, density and matrix size. */
export const gemmSuite: Suite = {
  name: 'gemm',
  description: 'Block-sparse times dense on the GPU, uniform random blocks unless said',
  cases: [
    // By size first, so that contestants share the dense matrix.
    ...SIZES.flatMap(([n, density]) => BLOCKS.map((block) => square(n, block, density, 'f16'))),
    ...BLOCKS.map((block) => square(8192, block, 0.125, 'bf16')),
    ...BLOCKS.slice(0, 2).map((block) => ({
      ...square(8192, block, 0.125, 'f16'),
      name: `spmm 8192^3, block ${block}, 12.5 %, f16, power-law rows`,
      pattern: {
        kind: 'power-law' as const,
        blockShape: [block, block] as [number, number],
        density: 0.125,
        exponent: 0.5 as const,
      },
    })),
    ...SKINNY.map((n) => ({
      ...square(8192, 128, 0.125, 'f16'),
      name: `spmm 8192x8192x${n}, block 128, 12.5 %, f16`,
      n,
    })),
  ],
};

/** The same at a size that takes the host minutes to prepare. */
export const gemmLargeSuite: Suite = {
  name: 'gemm-large',
  description: 'Block-sparse times dense on the GPU at 16384 cubed, uniform random blocks',
  cases: BLOCKS.map((block) => square(LARGE[0], block, LARGE[1], 'f16')),
};
