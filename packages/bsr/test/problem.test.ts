import * as problems from '@sparsek/bsr/problem';
import {
  type AttentionInputs,
  type AttentionProblem,
  type DenseMatrix,
  type HybridMatrix,
  InvalidArgumentError,
  InvalidMaskError,
  InvalidMatrixError,
  type SddmmProblem,
  type SpgemmProblem,
  type Spmm24Problem,
  type SpmmInputs,
  type SpmmProblem,
} from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import { prune24 } from '../src/index.js';

/** 4 x 6 in blocks of 2 x 3, three of them stored. */
const pattern = {
  shape: [4, 6] as const,
  blockShape: [2, 3] as const,
  indptr: Int32Array.of(0, 2, 3),
  indices: Int32Array.of(0, 1, 1),
};
const broken = { ...pattern, indices: Int32Array.of(0, 2, 1) };
const zeros = (rows: number, columns: number): DenseMatrix<'f32'> => ({
  shape: [rows, columns],
  dtype: 'f32',
  values: new Float32Array(rows * columns),
});

/** Names the argument that is at fault. */
function faultOf(call: () => void): string {
  try {
    call();
  } catch (error) {
    if (InvalidArgumentError.isInstance(error)) return error.argument;
    throw error;
  }
  return 'none';
}

/** Changes that hold wrong types on purpose. */
function changed<T extends object>(base: T, change: object): T {
  return { ...base, ...change };
}

const spmm: SpmmProblem = { pattern, dtype: 'f32', denseExtent: 5 };
const spmmInputs: SpmmInputs = { values: new Float32Array(18), dense: zeros(6, 5) };

describe('a product', () => {
  it.each([
    [{}, [6, 5], [4, 5], 4],
    [{ transpose: true }, [4, 5], [6, 5], 6],
    [{ side: 'right' }, [5, 4], [5, 6], 6],
    [{ side: 'right', transpose: true }, [5, 6], [5, 4], 4],
  ])('with %o has shapes that follow from its problem', (change, dense, output, features) => {
    const product = problems.spmmProduct(changed(spmm, { outputDtype: 'f16', ...change }));
    expect(product).toEqual({ dense, output, features, dtype: 'f32', outputDtype: 'f16' });
  });

  it.each([
    ['none', {}],
    ['none', { side: 'right', transpose: true, activation: 'gelu', outputDtype: 'bf16', denseExtent: 0 }],
    ['dtype', { dtype: 'f64' }],
    ['side', { side: 'top' }],
    ['denseExtent', { denseExtent: 2.5 }],
    ['denseExtent', { denseExtent: -1 }],
    ['outputDtype', { outputDtype: 'f64' }],
    ['activation', { activation: 'tanh' }],
  ])('names %s as the fault of a problem with %o', (fault, change) => {
    expect(faultOf(() => problems.checkSpmmProblem(changed(spmm, change), true))).toBe(fault);
  });

  it.each([
    ['none', {}],
    ['none', { alpha: Number.NaN, beta: 0, c: zeros(1, 1) }],
    [
      'none',
      { beta: 1, c: { ...zeros(4, 5), order: 'column' }, bias: new Float32Array(4), out: zeros(4, 5) },
    ],
    ['values', { values: new Float32Array(17) }],
    ['values', { values: new Uint16Array(18) }],
    ['dense.shape', { dense: zeros(5, 5) }],
    ['dense.dtype', { dense: { ...zeros(6, 5), dtype: 'f16', values: new Uint16Array(30) } }],
    ['alpha', { alpha: '2' }],
    ['beta', { beta: null }],
    ['bias', { bias: new Float32Array(5) }],
    ['c', { beta: 1 }],
    ['c.shape', { beta: 1, c: zeros(5, 4) }],
    ['out.shape', { out: zeros(5, 4) }],
    ['out.order', { out: { ...zeros(4, 5), order: 'column' } }],
    ['out.leadingDimension', { out: { ...zeros(4, 5), leadingDimension: 6, values: new Float32Array(24) } }],
  ])('names %s as the fault of inputs with %o', (fault, change) => {
    expect(faultOf(() => problems.checkSpmmInputs(spmm, changed(spmmInputs, change)))).toBe(fault);
  });

  it('refuses what is no object', () => {
    expect(faultOf(() => problems.checkSpmmProblem(null as unknown as SpmmProblem, true))).toBe('problem');
    expect(faultOf(() => problems.checkSpmmInputs(spmm, undefined as unknown as SpmmInputs))).toBe('inputs');
  });

  it('reads the structure only when it is to validate', () => {
    const wrong = { ...spmm, pattern: broken };
    expect(() => problems.checkSpmmProblem(wrong, true)).toThrow(InvalidMatrixError);
    expect(() => problems.checkSpmmProblem(wrong, false)).not.toThrow();
  });
});

describe('a product with a 2:4 matrix', () => {
  const problem: Spmm24Problem = { a: prune24(zeros(2, 8)), denseExtent: 3 };

  it('takes shapes and dtypes from A', () => {
    const product = { dense: [8, 3], output: [2, 3], features: 2, dtype: 'f32', outputDtype: 'f32' };
    expect(problems.spmm24Product(problem)).toEqual(product);
    expect(() => problems.checkSpmm24Problem(problem, true)).not.toThrow();
    expect(() => problems.checkSpmm24Inputs(problem, { dense: zeros(8, 3) })).not.toThrow();
    expect(faultOf(() => problems.checkSpmm24Inputs(problem, { dense: zeros(3, 8) }))).toBe('dense.shape');
  });

  it('checks A by its kind', () => {
    const metadata = problem.a.metadata.map(() => 0);
    const wrong = { ...problem, a: { ...problem.a, metadata } };
    expect(() => problems.checkSpmm24Problem(wrong, true)).toThrow(InvalidMatrixError);
    expect(() => problems.checkSpmm24Problem(wrong, false)).not.toThrow();
    const kinds = new Uint8Array(3);
    const hybrid: HybridMatrix = { ...broken, dtype: 'f32', kinds, metadata, values: new Float32Array(18) };
    expect(() => problems.checkSpmm24Problem({ ...problem, a: hybrid }, true)).toThrow(InvalidMatrixError);
    const none = { ...problem, a: undefined as unknown as HybridMatrix };
    expect(faultOf(() => problems.checkSpmm24Problem(none, true))).toBe('a');
  });
});

describe('sddmm', () => {
  const problem: SddmmProblem = { pattern, dtype: 'f32', inner: 7, outputDtype: 'f16' };
  const inputs = { a: zeros(4, 7), b: zeros(7, 6) };

  it.each([
    ['dtype', { dtype: 'f64' }],
    ['inner', { inner: -1 }],
    ['outputDtype', { outputDtype: 'f64' }],
  ])('names %s as the fault of its problem', (fault, change) => {
    expect(faultOf(() => problems.checkSddmmProblem(problem, true))).toBe('none');
    expect(faultOf(() => problems.checkSddmmProblem(changed(problem, change), true))).toBe(fault);
  });

  it.each([
    ['none', { out: new Uint16Array(18) }],
    ['a.shape', { a: zeros(4, 6) }],
    ['b.shape', { b: zeros(6, 6) }],
    ['alpha', { alpha: '1' }],
    ['out', { out: new Float32Array(18) }],
    ['out', { out: new Uint16Array(17) }],
  ])('names %s as the fault of inputs with %o', (fault, change) => {
    expect(faultOf(() => problems.checkSddmmInputs(problem, changed(inputs, change)))).toBe(fault);
  });
});

describe('spgemm', () => {
  const right = { ...pattern, shape: [6, 4] as const, blockShape: [3, 2] as const };
  const problem: SpgemmProblem = { a: pattern, b: right, dtype: 'f32' };

  it.each([
    ['none', {}],
    ['b.shape[0]', { b: pattern }],
    [
      'b.blockShape[0]',
      { b: { ...right, blockShape: [2, 2], indptr: Int32Array.of(0, 0, 0, 0), indices: new Int32Array() } },
    ],
    ['dtype', { dtype: 'f64' }],
    ['output', { output: 'csr' }],
    ['outputDtype', { outputDtype: 'f64' }],
  ])('names %s as the fault of its problem', (fault, change) => {
    expect(faultOf(() => problems.checkSpgemmProblem(changed(problem, change), true))).toBe(fault);
  });

  it.each([
    ['none', {}],
    ['aValues', { aValues: new Float32Array(19) }],
    ['bValues', { bValues: new Uint16Array(18) }],
    ['alpha', { alpha: true }],
  ])('names %s as the fault of its inputs', (fault, change) => {
    const inputs = { aValues: new Float32Array(18), bValues: new Float32Array(18) };
    expect(faultOf(() => problems.checkSpgemmInputs(problem, changed(inputs, change)))).toBe(fault);
  });
});

describe('attention', () => {
  const mask = {
    queryLength: 3,
    keyLength: 4,
    blockShape: [2, 2] as const,
    patterns: [{ kind: 'regular' as const, clauses: [] }],
    batches: 1,
    heads: 1,
    headMap: Int32Array.of(0),
  };
  const problem: AttentionProblem = {
    ...{ batch: 2, heads: 4, kvHeads: 2, headDim: 8, valueDim: 5 },
    ...{ dtype: 'f32', layout: 'bshd', mask },
  };
  const tensor = (...shape: [number, number, number, number]) => ({
    ...{ shape, dtype: 'f32' as const },
    values: new Float32Array(shape.reduce((a, b) => a * b)),
  });
  const inputs: AttentionInputs = { q: tensor(2, 3, 4, 8), k: tensor(2, 4, 2, 8), v: tensor(2, 4, 2, 5) };

  it.each([
    ['none', { scale: 0, softcap: 30, batch: 0 }],
    ['batch', { batch: -1 }],
    ['heads', { heads: 0 }],
    ['heads', { heads: 5 }],
    ['kvHeads', { kvHeads: 0 }],
    ['headDim', { headDim: Number.NaN }],
    ['valueDim', { valueDim: 0 }],
    ['dtype', { dtype: 'f64' }],
    ['outputDtype', { outputDtype: 'f64' }],
    ['layout', { layout: 'sbhd' }],
    ['scale', { scale: Number.POSITIVE_INFINITY }],
    ['softcap', { softcap: 0 }],
    ['mask.blockShape', { mask: { ...mask, blockShape: [0, 2] } }],
  ])('names %s as the fault of a problem with %o', (fault, change) => {
    expect(faultOf(() => problems.checkAttentionProblem(changed(problem, change), true))).toBe(fault);
  });

  it('refuses a mask of another batch or number of heads, also without validation', () => {
    const check = (change: object) => () =>
      problems.checkAttentionProblem({ ...problem, mask: { ...mask, ...change } }, false);
    expect(check({ batches: 2, heads: 4 })).not.toThrow();
    expect(check({ batches: 3 })).toThrow(InvalidMaskError);
    expect(check({ heads: 2 })).toThrow('Expected 1 or 4 (heads) for mask.heads but received 2');
  });

  it.each([
    ['none', { out: tensor(2, 3, 4, 5), sinks: new Float32Array(4), alibiSlopes: new Float32Array(4) }],
    ['q', { q: undefined }],
    ['q.shape', { q: tensor(2, 4, 3, 8) }],
    ['k.shape', { k: tensor(2, 4, 4, 8) }],
    ['v.shape', { v: tensor(2, 4, 2, 8) }],
    ['v.dtype', { v: { ...tensor(2, 4, 2, 5), dtype: 'f16' } }],
    ['v.values', { v: { ...tensor(2, 4, 2, 5), values: new Float32Array(79) } }],
    ['sinks', { sinks: new Float32Array(2) }],
    ['alibiSlopes', { alibiSlopes: new Float32Array(2) }],
    ['out.shape', { out: tensor(2, 3, 4, 8) }],
  ])('names %s as the fault of inputs with %o', (fault, change) => {
    expect(faultOf(() => problems.checkAttentionInputs(problem, changed(inputs, change)))).toBe(fault);
  });

  it('puts the axes in the order of the layout', () => {
    expect(problems.attentionShape({ batch: 2, layout: 'bhsd' }, 4, 3, 8)).toEqual([2, 4, 3, 8]);
    expect(problems.attentionShape({ batch: 2, layout: 'bshd' }, 4, 3, 8)).toEqual([2, 3, 4, 8]);
  });
});
