import { blocks, compileMask, parseMask } from '@sparsek/attention';
import { normalValues, powerLawRows, randomPattern, withValues } from '@sparsek/bsr';
import type { AttentionTensor, BlockMask, BsrMatrix, DenseMatrix, Dtype } from '@sparsek/types';
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
}

export interface ConvertData {
  readonly operation: 'convert';
  readonly a: BsrMatrix;
}

/** Everything a case's contestants read; all of it follows from the case, so that anybody can make it again. */
export type CaseData = SpmmData | AttentionData | ConvertData;

/** Streams of the generator, one for each input, so that inputs do not repeat each other. */
const STREAM = { pattern: 0, values: 1, dense: 2, q: 3, k: 4, v: 5 } as const;

export function makeCaseData(benchCase: BenchCase): CaseData {
  switch (benchCase.operation) {
    case 'spmm':
      return makeSpmm(benchCase);
    case 'attention':
      return makeAttention(benchCase);
    case 'convert':
      return { operation: 'convert', a: makeBsr(benchCase) };
  }
}

function makeSpmm(benchCase: SpmmCase): SpmmData {
  const { k, n, dtype, seed } = benchCase;
  return { operation: 'spmm', a: makeBsr(benchCase), b: denseMatrix([k, n], dtype, seed) };
}

/** The newest dense matrix: neighbouring cases share it, and drawing a large one takes seconds. */
let newestDense: { readonly seed: number; readonly matrix: DenseMatrix } | undefined;

function denseMatrix(shape: readonly [number, number], dtype: Dtype, seed: number): DenseMatrix {
  const [rows, columns] = shape;
  const { matrix } = newestDense ?? {};
  const same = matrix?.shape[0] === rows && matrix.shape[1] === columns && matrix.dtype === dtype;
  if (matrix && same && newestDense?.seed === seed) return matrix;
  const values = normalValues<Dtype>(rows * columns, { seed, stream: STREAM.dense, dtype });
  newestDense = { seed, matrix: { shape, dtype, values } };
  return newestDense.matrix;
}

function makeBsr({ m, k, dtype, seed, pattern }: SpmmCase | ConvertCase): BsrMatrix {
  return withValues(makePattern([m, k], pattern, seed), { seed, stream: STREAM.values, dtype });
}

function makePattern(shape: readonly [number, number], spec: PatternSpec, seed: number) {
  const { blockShape, density } = spec;
  switch (spec.kind) {
    case 'uniform':
      return randomPattern({ shape, blockShape, density, seed });
    case 'power-law':
      return powerLawRows({ shape, blockShape, density, exponent: spec.exponent, seed });
  }
}

function makeAttention(benchCase: AttentionCase): AttentionData {
  const { mask } = benchCase;
  const { batch, heads, kvHeads, headDim, queryLength, keyLength, dtype, seed, blockShape } = benchCase;
  const tensor = (count: number, length: number, stream: number): AttentionTensor => ({
    shape: [batch, count, length, headDim],
    dtype,
    values: normalValues<Dtype>(batch * count * length * headDim, { seed, stream, dtype }),
  });
  const expression =
    typeof mask === 'string'
      ? parseMask(mask)
      : blocks(randomPattern({ shape: [queryLength, keyLength], blockShape, density: mask.density, seed }));
  return {
    operation: 'attention',
    mask: compileMask(expression, { queryLength, keyLength, blockShape }),
    q: tensor(heads, queryLength, STREAM.q),
    k: tensor(kvHeads, keyLength, STREAM.k),
    v: tensor(kvHeads, keyLength, STREAM.v),
  };
}
