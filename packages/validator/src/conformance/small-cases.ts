import type { AttentionCase, SddmmCase, SpgemmCase, Spmm24Case, SpmmCase } from '../cases/case.js';
import { regular, sharedMask } from '../cases/masks.js';
import { pattern } from '../cases/patterns.js';

const BLOCKS = pattern([16, 16], [4, 4], (r, c) => r === 1 || c === r);
const COMMON = { name: 'small', seed: 77, dtype: 'f32' } as const;

/** One small, ordinary case of each operation, from which wrong inputs and behaviours are made. */
export const SMALL: {
  readonly spmm: SpmmCase;
  readonly sddmm: SddmmCase;
  readonly spgemm: SpgemmCase;
  readonly spmm24: Spmm24Case;
  readonly hybrid: Spmm24Case;
  readonly attention: AttentionCase;
} = {
  spmm: { ...COMMON, operation: 'spmm', pattern: BLOCKS, denseExtent: 8, a: {}, dense: {} },
  sddmm: { ...COMMON, operation: 'sddmm', pattern: BLOCKS, inner: 8, a: {}, b: {} },
  spgemm: { ...COMMON, operation: 'spgemm', a: BLOCKS, b: BLOCKS, output: 'bsr', aValues: {}, bValues: {} },
  spmm24: {
    ...COMMON,
    operation: 'spmm24',
    structure: { format: 'sparse24', shape: [16, 16] },
    positions: 'drawn',
    denseExtent: 8,
    a: {},
    dense: {},
  },
  hybrid: {
    ...COMMON,
    operation: 'spmm24',
    structure: {
      format: 'hybrid',
      pattern: pattern([16, 16], [8, 8], () => true),
      kinds: [0, 1, 1, 0],
    },
    positions: 'drawn',
    denseExtent: 8,
    a: {},
    dense: {},
  },
  attention: {
    ...COMMON,
    operation: 'attention',
    batch: 1,
    heads: 4,
    kvHeads: 2,
    headDim: 8,
    layout: 'bhsd',
    mask: sharedMask([20, 20], [8, 8], regular({ diagonal: [null, 0] })),
    q: {},
    k: {},
    v: {},
    lse: true,
  },
};
