import type { Activation, BlockShape, Dtype, Shape } from '@sparsek/types';
import type { SpmmCase } from './case.js';
import { pattern, randomly, STRUCTURES } from './patterns.js';
import { SPECIAL_VALUES } from './special-values.js';

type Draft = Omit<SpmmCase, 'operation' | 'seed' | 'dtype' | 'a' | 'dense'> & Partial<SpmmCase>;

const SHAPE: Shape = [40, 56];
const BLOCK: BlockShape = [8, 8];
/** A mean far from 0: the contribution of a dropped block does not average out. */
const SHIFTED = { mean: 1.5 };

const BLOCK_SHAPES: readonly BlockShape[] = [
  [1, 1],
  [1, 4],
  [4, 1],
  [2, 3],
  [3, 5],
  [4, 4],
  [8, 16],
  [16, 8],
  [16, 16],
  [32, 32],
  [32, 64],
  [64, 32],
  [64, 64],
  [128, 128],
];
const EXTENTS = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65];
const ACTIVATIONS: readonly Activation[] = ['none', 'relu', 'gelu', 'silu'];

/** Hand-picked cases of `spmm` for one dtype. */
export function spmmCases(seed: number, dtype: Dtype): SpmmCase[] {
  const usual = pattern(SHAPE, BLOCK, randomly(seed, 0.4));
  const ragged = pattern([37, 53], BLOCK, randomly(seed + 1, 0.5));
  const drafts: Draft[] = [
    ...Object.entries(STRUCTURES).map(([name, keep]) => ({
      name,
      pattern: pattern(SHAPE, BLOCK, keep),
      denseExtent: 24,
      a: SHIFTED,
      dense: SHIFTED,
    })),
    ...BLOCK_SHAPES.map((blockShape) => ({
      name: `blocks of ${blockShape.join(' x ')}`,
      pattern: pattern([2 * blockShape[0] + 5, 3 * blockShape[1] + 3], blockShape, randomly(seed + 2, 0.5)),
      denseExtent: 20,
    })),
    {
      name: 'a block larger than the matrix',
      pattern: pattern([20, 30], [128, 128], () => true),
      denseExtent: 9,
    },
    ...EXTENTS.map((denseExtent) => ({ name: `dense extent ${denseExtent}`, pattern: ragged, denseExtent })),
    ...sidesAndOrders(ragged),
    ...epilogues(usual),
    ...degenerate(),
    ...extremes(dtype),
    ...(dtype === 'f32' ? throughTf32(ragged) : []),
  ];
  return drafts.map((draft, index) => ({
    operation: 'spmm',
    seed: seed + 100 + index,
    dtype,
    a: {},
    dense: {},
    ...draft,
  }));
}

function sidesAndOrders(ragged: SpmmCase['pattern']): Draft[] {
  const drafts: Draft[] = [];
  for (const side of ['left', 'right'] as const) {
    for (const transpose of [false, true]) {
      const name = `side ${side}${transpose ? ', transposed' : ''}`;
      const base = { pattern: ragged, side, transpose, denseExtent: 21 };
      drafts.push({ ...base, name, bias: {} });
      drafts.push({ ...base, name: `${name}, dense in columns`, dense: { order: 'column', ...SHIFTED } });
      drafts.push({ ...base, name: `${name}, dense with padding`, dense: { padding: 5 } });
      drafts.push({
        ...base,
        name: `${name}, dense in padded columns`,
        dense: { order: 'column', padding: 3 },
      });
      drafts.push({ ...base, name: `${name}, small integers`, ...INTEGERS });
    }
  }
  return drafts;
}

/** Sums of products of small integers are exact in float32. */
const INTEGERS = { a: { integers: 4 }, dense: { integers: 4 }, outputDtype: 'f32', bounds: 'exact' } as const;

function epilogues(usual: SpmmCase['pattern']): Draft[] {
  const base = { pattern: usual, denseExtent: 24 };
  return [
    ...ACTIVATIONS.flatMap((activation) => [
      { ...base, name: `activation ${activation}`, activation },
      {
        ...base,
        name: `activation ${activation} after everything`,
        activation,
        alpha: 0.5,
        beta: -2,
        c: {},
        bias: {},
      },
    ]),
    { ...base, name: 'alpha and beta', alpha: -0.3, beta: 1.7, c: {} },
    { ...base, name: 'beta into the memory of c', alpha: 2, beta: 1, c: {}, inPlace: true },
    { ...base, name: 'beta 0 does not read c', beta: 0, c: { set: [[0, 40 * 24, 'nan']] } },
    { ...base, name: 'c in columns', beta: 0.5, c: { order: 'column', padding: 2 } },
    { ...base, name: 'alpha 0', alpha: 0, beta: 1, c: {}, bias: {} },
    { ...base, name: 'bias alone on empty rows', pattern: pattern(SHAPE, BLOCK, () => false), bias: {} },
    {
      ...base,
      name: 'c and activation on empty rows',
      pattern: pattern(SHAPE, BLOCK, (r) => r === 1),
      beta: 3,
      c: {},
      activation: 'silu',
    },
    { ...base, name: 'result in f32', outputDtype: 'f32', beta: 1, c: {}, bias: {} },
    { ...base, name: 'result in f16', outputDtype: 'f16' },
    { ...base, name: 'result in bf16', outputDtype: 'bf16' },
    { ...base, name: 'gelu of large arguments', activation: 'gelu', a: { deviation: 3 }, bounds: 'rounding' },
    {
      ...base,
      name: 'silu of large arguments',
      activation: 'silu',
      a: { deviation: 30 },
      bounds: 'rounding',
    },
  ];
}

/** Backends without tf32 units compute these exactly, which is as good. */
function throughTf32(ragged: SpmmCase['pattern']): Draft[] {
  const base = { pattern: ragged, denseExtent: 21, precision: 'tf32' } as const;
  const large = pattern([128, 192], [64, 64], (r, c) => (r + c) % 2 === 0);
  return [
    { ...base, name: 'tf32', a: SHIFTED, dense: SHIFTED },
    { ...base, name: 'tf32, dense in columns', dense: { order: 'column' } },
    { ...base, name: 'tf32, side right, transposed', side: 'right', transpose: true, bias: {} },
    {
      ...base,
      name: 'tf32, blocks of 64',
      pattern: large,
      denseExtent: 72,
      beta: 0.5,
      c: {},
      activation: 'gelu',
    },
    { ...base, name: 'tf32, infinity in A', a: { set: [[3, 4, 'inf']] }, bounds: 'rounding' },
  ];
}

function degenerate(): Draft[] {
  return [
    { name: 'no columns in the dense matrix', pattern: pattern(SHAPE, BLOCK, () => true), denseExtent: 0 },
    { name: 'no rows in A', pattern: pattern([0, 16], BLOCK, () => true), denseExtent: 8 },
    { name: 'no columns in A', pattern: pattern([16, 0], BLOCK, () => true), denseExtent: 8, bias: {} },
    { name: 'one element', pattern: pattern([1, 1], [1, 1], () => true), denseExtent: 1 },
  ];
}

function extremes(dtype: Dtype): Draft[] {
  const special = SPECIAL_VALUES[dtype];
  const base = { pattern: pattern([24, 64], BLOCK, (r, c) => (r + c) % 2 === 0), denseExtent: 16 };
  const row = (k: number, value: 'nan' | 'inf' | '-inf') => [k * 16, k * 16 + 16, value] as const;
  return [
    {
      ...base,
      name: 'sums that leave f16 and come back',
      a: { mean: 100, deviation: 0 },
      dense: { mean: 100, deviation: 0, cancelling: true },
      bounds: 'exact',
      outputDtype: 'f32',
    },
    { ...base, name: 'large row sums', a: { mean: 50 }, dense: { mean: 50 }, outputDtype: 'f32' },
    {
      ...base,
      name: 'results that overflow',
      a: { mean: special.large, deviation: 0 },
      dense: { mean: special.large, deviation: 0 },
      bounds: 'rounding',
    },
    {
      ...base,
      name: 'results near the largest number',
      a: { mean: special.large / 16, deviation: special.large / 160 },
      dense: { deviation: 0.5 },
      bounds: 'rounding',
    },
    ...special.tiny.map(({ name, a, b }) => ({
      ...base,
      name,
      a: { deviation: a },
      dense: { deviation: b },
      bounds: 'rounding' as const,
    })),
    { ...base, name: 'stored zeros', a: { deviation: 0 } },
    {
      ...base,
      name: 'infinity in A',
      a: {
        set: [
          [3, 4, 'inf'],
          [70, 71, '-inf'],
        ],
      },
      bounds: 'rounding',
    },
    { ...base, name: 'NaN in A', a: { set: [[130, 131, 'nan']] }, bounds: 'rounding' },
    {
      ...base,
      name: 'infinity in a row of the dense matrix',
      dense: { set: [row(9, 'inf')] },
      bounds: 'rounding',
    },
    {
      ...base,
      name: 'infinity times a stored zero',
      a: { set: [[0, 64, 0]] },
      dense: { set: [row(2, 'inf')] },
      bounds: 'rounding',
    },
    {
      ...base,
      name: 'infinities of both signs',
      dense: { set: [row(1, 'inf'), row(20, '-inf')] },
      bounds: 'rounding',
    },
    {
      ...base,
      name: 'NaN in a row that half of the block rows do not see',
      dense: { set: [row(12, 'nan')] },
      bounds: 'rounding',
    },
    {
      ...base,
      name: 'NaN and infinity in rows that no block sees',
      pattern: pattern([24, 64], BLOCK, (_, c) => c % 4 === 1),
      dense: { set: [row(1, 'nan'), row(17, 'inf'), row(63, 'nan')] },
    },
    {
      ...base,
      name: 'NaN in c',
      beta: 1,
      c: {
        set: [
          [5, 6, 'nan'],
          [40, 41, 'inf'],
        ],
      },
      bounds: 'rounding',
    },
    {
      ...base,
      name: 'relu of NaN',
      activation: 'relu',
      a: {
        set: [
          [0, 1, 'nan'],
          [200, 201, '-inf'],
        ],
      },
      bounds: 'rounding',
    },
    {
      ...base,
      name: 'gelu of NaN and infinity',
      activation: 'gelu',
      beta: 1,
      c: {
        set: [
          [0, 1, 'nan'],
          [1, 2, 'inf'],
        ],
      },
      bounds: 'rounding',
    },
    {
      ...base,
      name: 'silu of NaN and infinity',
      activation: 'silu',
      beta: 1,
      c: {
        set: [
          [0, 1, 'nan'],
          [1, 2, 'inf'],
        ],
      },
      bounds: 'rounding',
    },
  ];
}
