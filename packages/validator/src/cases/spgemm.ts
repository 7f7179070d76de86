import type { BlockShape, Dtype } from '@sparsek/types';
import type { PatternSpec, SpgemmCase } from './case.js';
import { pattern, randomly, STRUCTURES } from './patterns.js';
import { SPECIAL_VALUES } from './special-values.js';

type Draft = Partial<SpgemmCase> & Pick<SpgemmCase, 'name'>;

/** Block shapes of A and of B. */
const BLOCK_SHAPES: readonly (readonly [BlockShape, BlockShape])[] = [
  [
    [1, 1],
    [1, 1],
  ],
  [
    [2, 3],
    [3, 5],
  ],
  [
    [8, 16],
    [16, 4],
  ],
  [
    [16, 16],
    [16, 16],
  ],
  [
    [32, 32],
    [32, 32],
  ],
  [
    [64, 64],
    [64, 64],
  ],
  [
    [16, 64],
    [64, 32],
  ],
];

/** Hand-picked cases of `spgemm` for one dtype: every structure with both outputs. */
export function spgemmCases(seed: number, dtype: Dtype): SpgemmCase[] {
  const special = SPECIAL_VALUES[dtype];
  const a = pattern([37, 45], [8, 8], randomly(seed, 0.4));
  const b = pattern([45, 29], [8, 8], randomly(seed + 1, 0.4));
  const drafts: Draft[] = [
    ...Object.entries(STRUCTURES).map(([name, keep]) => ({
      name: `A: ${name}`,
      a: pattern([37, 45], [8, 8], keep),
    })),
    ...Object.entries(STRUCTURES).map(([name, keep]) => ({
      name: `B: ${name}`,
      b: pattern([45, 29], [8, 8], keep),
    })),
    ...BLOCK_SHAPES.map(([left, right]) => {
      const inner = 2 * left[1] + 1;
      return {
        name: `blocks of ${left.join(' x ')} and ${right.join(' x ')}`,
        a: pattern([2 * left[0] + 3, inner], left, randomly(seed + 2, 0.7)),
        b: pattern([inner, 2 * right[1] + 1], right, randomly(seed + 3, 0.7)),
      };
    }),
    {
      name: 'blocks that never meet',
      a: pattern([40, 40], [8, 8], (_, c) => c % 2 === 0),
      b: pattern([40, 40], [8, 8], (r) => r % 2 === 1),
    },
    { name: 'no inner extent', ...squares(16, 0, 16) },
    { name: 'no rows', ...squares(0, 16, 16) },
    { name: 'alpha', alpha: 2.5 },
    { name: 'result in f32', outputDtype: 'f32', aValues: { mean: 1.5 }, bValues: { mean: 1.5 } },
    {
      name: 'small integers',
      aValues: { integers: 4 },
      bValues: { integers: 4 },
      outputDtype: 'f32',
      bounds: 'exact',
    },
    {
      name: 'products that cancel leave stored zeros',
      ...squares(16, 16, 16),
      aValues: { mean: 2, deviation: 0 },
      bValues: { mean: 3, deviation: 0, cancelling: true },
      bounds: 'exact',
    },
    {
      name: 'results that overflow',
      aValues: { mean: special.large, deviation: 0 },
      bValues: { mean: special.large, deviation: 0 },
      bounds: 'rounding',
    },
    ...special.tiny.map((tiny) => ({
      name: tiny.name,
      aValues: { deviation: tiny.a },
      bValues: { deviation: tiny.b },
      bounds: 'rounding' as const,
    })),
    {
      name: 'NaN and infinity',
      aValues: {
        set: [
          [0, 1, 'nan'],
          [70, 71, 'inf'],
        ],
      },
      bounds: 'rounding',
    },
    { name: 'infinity in B', bValues: { set: [[9, 10, 'inf']] }, bounds: 'rounding' },
  ];
  return drafts.flatMap((draft, index) =>
    (['bsr', 'dense'] as const).map((output) => ({
      operation: 'spgemm' as const,
      seed: seed + 100 + index,
      dtype,
      a,
      b,
      aValues: {},
      bValues: {},
      ...draft,
      output,
      name: `${draft.name}, to ${output}`,
    })),
  );
}

/** A and B with every block of 8 x 8. */
function squares(m: number, k: number, n: number): { a: PatternSpec; b: PatternSpec } {
  return { a: pattern([m, k], [8, 8], () => true), b: pattern([k, n], [8, 8], () => true) };
}
