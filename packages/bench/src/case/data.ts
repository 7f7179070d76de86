import { powerLawRows, randomPattern, withValues } from '@sparsek/bsr';
import type { AttentionTensor, BlockMask, BsrMatrix, DenseMatrix } from '@sparsek/types';
import { createDraws, type Draws } from './draws.js';
import { makeMask } from './masks.js';
import type { AttentionCase, BenchCase, ConvertCase, PatternSpec, SpmmCase } from './schema.js';

export interface SpmmData {
  readonly operation: 'spmm';
  readonly a: BsrMatrix;
  readonly b: DenseMatrix;
}

export interface AttentionData {
  readonly operation: 'attention';
  readonly mask: BlockMask;
  readonly q: AttentionTensor;
  readonly k: AttentionTensor;
  readonly v: AttentionTensor;
  /** One logit a query head. */
  readonly sinks?: Float32Array;
}

export interface ConvertData {
  readonly operation: 'convert';
  readonly a: BsrMatrix;
}

/** Everything a case's contestants read; all of it follows from the case, so that anybody can make it again. */
export type CaseData = SpmmData | AttentionData | ConvertData;

/** Streams of the generator, one for each input, so that inputs do not repeat each other. */
const STREAM = { pattern: 0, values: 1, dense: 2, q: 3, k: 4, v: 5, sinks: 6 } as const;

export function makeCaseData(benchCase: BenchCase, draws: Draws = createDraws({ shared: false })): CaseData {
  switch (benchCase.operation) {
    case 'spmm':
      return makeSpmm(benchCase, draws);
    case 'attention':
      return makeAttention(benchCase, draws);
    case 'convert':
      return { operation: 'convert', a: makeBsr(benchCase, draws) };
  }
}

function makeSpmm(benchCase: SpmmCase, draws: Draws): SpmmData {
  const { k, n, dtype, seed } = benchCase;
  const values = draws.values(k * n, { seed, stream: STREAM.dense, dtype });
  return { operation: 'spmm', a: makeBsr(benchCase, draws), b: { shape: [k, n], dtype, values } };
}

function makeBsr({ m, k, dtype, seed, pattern: spec }: SpmmCase | ConvertCase, draws: Draws): BsrMatrix {
  const pattern = makePattern([m, k], spec, seed);
  const [height, width] = spec.blockShape;
  const draw = { seed, stream: STREAM.values, dtype };
  // Blocks at a ragged edge have padding, which is zero.
  if (m % height !== 0 || k % width !== 0) return withValues(pattern, draw);
  return { ...pattern, dtype, values: draws.values(pattern.indices.length * height * width, draw) };
}

/** Where the stored blocks of a case stand. */
export function makePattern(shape: readonly [number, number], spec: PatternSpec, seed: number) {
  const { blockShape, density } = spec;
  switch (spec.kind) {
    case 'uniform':
      return randomPattern({ shape, blockShape, density, seed });
    case 'power-law':
      return powerLawRows({ shape, blockShape, density, exponent: spec.exponent, seed });
  }
}

function makeAttention(benchCase: AttentionCase, draws: Draws): AttentionData {
  const { batch, heads, kvHeads, headDim, queryLength, keyLength, dtype, seed } = benchCase;
  const tensor = (count: number, length: number, stream: number): AttentionTensor => ({
    shape: [batch, count, length, headDim],
    dtype,
    values: draws.values(batch * count * length * headDim, { seed, stream, dtype }),
  });
  return {
    operation: 'attention',
    mask: makeMask(benchCase),
    q: tensor(heads, queryLength, STREAM.q),
    k: tensor(kvHeads, keyLength, STREAM.k),
    v: tensor(kvHeads, keyLength, STREAM.v),
    ...(benchCase.sinks && { sinks: sinkLogits(heads, seed, draws) }),
  };
}

function sinkLogits(heads: number, seed: number, draws: Draws): Float32Array {
  return Float32Array.from(draws.values(heads, { seed, stream: STREAM.sinks, dtype: 'f32' }));
}
