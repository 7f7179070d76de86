import type { BlockShape, Dtype } from '@sparsek/types';
import type { SddmmCase } from './case.js';
import { pattern, randomly, STRUCTURES } from './patterns.js';
import { SPECIAL_VALUES } from './special-values.js';

type Draft = Partial<SddmmCase> & Pick<SddmmCase, 'name'>;

const BLOCK_SHAPES: readonly BlockShape[] = [
  [1, 1],
  [2, 3],
  [8, 16],
  [16, 8],
  [16, 16],
  [32, 32],
  [64, 64],
  [128, 128],
];
const INNER = [1, 2, 7, 8, 15, 16, 17, 31, 33, 64, 65, 128];

/** Hand-picked cases of `sddmm` for one dtype. */
export function sddmmCases(seed: number, dtype: Dtype): SddmmCase[] {
  const ragged = pattern([37, 53], [8, 8], randomly(seed, 0.5));
  const special = SPECIAL_VALUES[dtype];
  const drafts: Draft[] = [
    ...Object.entries(STRUCTURES).map(([name, keep]) => ({ name, pattern: pattern([40, 56], [8, 8], keep) })),
    ...BLOCK_SHAPES.map((blockShape) => ({
      name: `blocks of ${blockShape.join(' x ')}`,
      pattern: pattern([2 * blockShape[0] + 5, 2 * blockShape[1] + 3], blockShape, randomly(seed + 1, 0.6)),
    })),
    ...INNER.map((inner) => ({ name: `inner extent ${inner}`, inner })),
    { name: 'inner extent 0', inner: 0 },
    { name: 'no rows', pattern: pattern([0, 16], [8, 8], () => true) },
    { name: 'A in columns', a: { order: 'column' } },
    { name: 'B in columns', b: { order: 'column' } },
    { name: 'A and B padded', a: { padding: 3 }, b: { padding: 5 } },
    {
      name: 'A and B in padded columns',
      a: { order: 'column', padding: 3 },
      b: { order: 'column', padding: 1 },
    },
    { name: 'alpha', alpha: -0.7 },
    { name: 'result in f32', outputDtype: 'f32', a: { mean: 1.5 }, b: { mean: 1.5 } },
    { name: 'result in bf16', outputDtype: 'bf16' },
    { name: 'small integers', a: { integers: 4 }, b: { integers: 4 }, outputDtype: 'f32', bounds: 'exact' },
    {
      name: 'sums that leave f16 and come back',
      a: { mean: 100, deviation: 0, cancelling: false },
      b: { mean: 100, deviation: 0, cancelling: true },
      outputDtype: 'f32',
      bounds: 'exact',
    },
    {
      name: 'results that overflow',
      a: { mean: special.large, deviation: 0 },
      b: { mean: special.large, deviation: 0 },
      bounds: 'rounding',
    },
    ...special.tiny.map(({ name, a, b }) => ({
      name,
      a: { deviation: a },
      b: { deviation: b },
      bounds: 'rounding' as const,
    })),
    {
      name: 'NaN and infinity in rows of A and columns of B',
      a: {
        set: [
          [24, 25, 'nan'],
          [24 * 20 + 3, 24 * 20 + 4, 'inf'],
        ],
      },
      b: { set: [[30, 31, '-inf']] },
      bounds: 'rounding',
    },
    {
      name: 'NaN in a row of A that has no blocks',
      pattern: pattern([37, 53], [8, 8], (r) => r !== 1),
      a: { set: [[24 * 8, 24 * 16, 'nan']] },
    },
  ];
  return drafts.map((draft, index) => ({
    operation: 'sddmm',
    seed: seed + 100 + index,
    dtype,
    pattern: ragged,
    inner: 24,
    a: {},
    b: {},
    ...draft,
  }));
}
