import type { BlockShape, Dtype } from '@sparsek/types';
import type { PositionsSpec, Spmm24Case, ValueSpec } from './case.js';
import { type Keep, pattern, randomly, STRUCTURES } from './patterns.js';

type Structure = Spmm24Case['structure'];
type Draft = Partial<Spmm24Case> & Pick<Spmm24Case, 'name' | 'structure'>;

const PAIRS: readonly PositionsSpec[] = [
  [0, 1],
  [0, 2],
  [0, 3],
  [1, 2],
  [1, 3],
  [2, 3],
];
const BLOCK_SHAPES: readonly BlockShape[] = [
  [1, 8],
  [8, 8],
  [16, 16],
  [32, 32],
  [64, 64],
  [16, 64],
  [128, 128],
];

/** Hand-picked cases of `spmm24` for one dtype. */
export function spmm24Cases(seed: number, dtype: Dtype): Spmm24Case[] {
  const whole: Structure = { format: 'sparse24', shape: [40, 64] };
  const mixed = hybrid([40, 64], [8, 16], randomly(seed, 0.6), alternating);
  const drafts: Draft[] = [
    { name: 'drawn positions', structure: whole },
    ...PAIRS.map((positions) => oneHot(positions)),
    oneHot('drawn'),
    ...[1, 2, 7, 8, 16, 17, 33, 64].map((denseExtent) => ({
      name: `dense extent ${denseExtent}`,
      structure: { format: 'sparse24', shape: [35, 72] } as const,
      denseExtent,
    })),
    ...[
      [1, 8],
      [16, 8],
      [17, 16],
      [64, 64],
      [65, 136],
    ].map(([m, k]) => ({
      name: `shape ${m} x ${k}`,
      structure: { format: 'sparse24', shape: [m!, k!] } as const,
    })),
    { name: 'no rows', structure: { format: 'sparse24', shape: [0, 16] } },
    { name: 'no columns', structure: { format: 'sparse24', shape: [16, 0] }, bias: {} },
    ...Object.entries(STRUCTURES).map(([name, keep]) => ({
      name: `mixed blocks: ${name}`,
      structure: hybrid([40, 56], [8, 8], keep, alternating),
    })),
    ...BLOCK_SHAPES.map((blockShape) => ({
      name: `mixed blocks of ${blockShape.join(' x ')}`,
      structure: hybrid([2 * blockShape[0] + 3, 2 * blockShape[1] + 5], blockShape, () => true, alternating),
    })),
    { name: 'mixed blocks, all dense', structure: hybrid([40, 64], [8, 16], randomly(seed, 0.6), () => 0) },
    {
      name: 'mixed blocks, all compressed',
      structure: hybrid([40, 64], [8, 16], randomly(seed, 0.6), () => 1),
    },
    ...[whole, mixed].flatMap((structure) => epilogues(structure)),
  ];
  return drafts.map((draft, index) => ({
    operation: 'spmm24',
    seed: seed + 100 + index,
    dtype,
    positions: 'drawn',
    denseExtent: 24,
    a: {},
    dense: {},
    ...draft,
  }));
}

/**
 * One stored element that is not zero a row, at another place in each row: random values would hide two places that
 * are swapped where both are zero.
 */
function oneHot(positions: PositionsSpec): Draft {
  const columns = 64;
  const stored = columns / 2;
  const set: NonNullable<ValueSpec['set']>[number][] = [[0, stored * stored, 0]];
  for (let row = 0; row < stored; row++) set.push([row * stored + row, row * stored + row + 1, 1]);
  return {
    name: `one element a row at every place, positions ${positions === 'drawn' ? 'drawn' : positions.join(' and ')}`,
    structure: { format: 'sparse24', shape: [stored, columns] },
    positions,
    a: { set },
    dense: { integers: 100 },
    bounds: 'exact',
  };
}

function epilogues(structure: Structure): Draft[] {
  const label = structure.format === 'hybrid' ? 'mixed blocks: ' : '';
  const row = (k: number, value: 'nan' | 'inf') => [k * 24, k * 24 + 24, value] as const;
  return [
    {
      name: `${label}alpha, beta, bias and relu`,
      structure,
      alpha: 0.5,
      beta: -2,
      c: {},
      bias: {},
      activation: 'relu',
    },
    { name: `${label}gelu`, structure, activation: 'gelu' },
    { name: `${label}silu`, structure, activation: 'silu', bias: {} },
    { name: `${label}beta into the memory of c`, structure, beta: 1, c: {}, inPlace: true },
    { name: `${label}dense in columns`, structure, dense: { order: 'column', padding: 3 } },
    { name: `${label}dense with padding`, structure, dense: { padding: 5 } },
    { name: `${label}result in f32`, structure, outputDtype: 'f32', a: { mean: 1.5 }, dense: { mean: 1.5 } },
    {
      name: `${label}small integers`,
      structure,
      a: { integers: 4 },
      dense: { integers: 4 },
      outputDtype: 'f32',
      bounds: 'exact',
    },
    { name: `${label}stored zeros`, structure, a: { deviation: 0 } },
    {
      name: `${label}NaN and infinity in A`,
      structure,
      a: {
        set: [
          [3, 4, 'nan'],
          [90, 91, 'inf'],
        ],
      },
      bounds: 'rounding',
    },
    {
      name: `${label}NaN in rows of the dense matrix that not every row reads`,
      structure,
      positions: [0, 1],
      dense: { set: [row(2, 'nan'), row(3, 'inf'), row(8, 'inf')] },
      bounds: 'rounding',
    },
  ];
}

function alternating(p: number): 0 | 1 {
  return p % 3 === 1 ? 0 : 1;
}

function hybrid(
  shape: readonly [number, number],
  blockShape: BlockShape,
  keep: Keep,
  kindOf: (p: number) => 0 | 1,
): Structure {
  const blocks = pattern(shape, blockShape, keep);
  return { format: 'hybrid', pattern: blocks, kinds: blocks.indices.map((_, p) => kindOf(p)) };
}
