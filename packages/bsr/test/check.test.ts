import { type BsrMatrix, InvalidArgumentError, InvalidMatrixError } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import { bsrFromCsr, checkBsr, checkCoo, checkCsc, checkDense, checkPattern } from '../src/index.js';

const good: BsrMatrix<'f32'> = {
  shape: [4, 6],
  blockShape: [2, 2],
  indptr: Int32Array.of(0, 2, 3),
  indices: Int32Array.of(0, 2, 1),
  dtype: 'f32',
  values: new Float32Array(12),
};

describe('checkBsr', () => {
  it('accepts a well-formed matrix', () => {
    expect(() => checkBsr(good)).not.toThrow();
  });

  it.each<[string, object, string]>([
    ['no object', { shape: undefined }, '[rows, columns], integers that are not negative for a.shape'],
    ['a negative extent', { shape: [-4, 6] }, 'for a.shape but received [-4, 6]'],
    ['an extent that is no number', { shape: [Number.NaN, 6] }, 'for a.shape but received [NaN, 6]'],
    [
      'a block of height 0',
      { blockShape: [0, 2] },
      'integers from 1 with a product below 2^31 for a.blockShape',
    ],
    ['a block of 2^31 elements', { blockShape: [65536, 32768] }, 'a product below 2^31 for a.blockShape'],
    ['a plain array', { indptr: [0, 2, 3] }, 'Expected an Int32Array for a.indptr but received [0, 2, 3]'],
    ['a wrong dtype', { dtype: 'f64' }, `'f32', 'f16' or 'bf16' for a.dtype but received "f64"`],
    ['values of another dtype', { dtype: 'f16' }, 'Expected a Uint16Array (f16) for a.values'],
  ])('refuses %s by argument', (_, change, message) => {
    const bad = { ...good, ...change };
    expect(() => checkBsr(bad, 'a')).toThrow(InvalidArgumentError);
    expect(() => checkBsr(bad, 'a')).toThrow(message);
  });

  it.each<[string, object, string, { row?: number; position?: number }]>([
    [
      'a short indptr',
      { indptr: Int32Array.of(0, 3) },
      'Expected length 3 for a.indptr (one more than its 2',
      {},
    ],
    [
      'a start other than 0',
      { indptr: Int32Array.of(1, 2, 3) },
      'Expected 0 for a.indptr[0]',
      { row: 0, position: 0 },
    ],
    [
      'a decreasing indptr',
      { indptr: Int32Array.of(0, 4, 3) },
      'Expected at least 4 for a.indptr[2] (it never decreases) but received 3 in block row 1',
      { row: 1, position: 2 },
    ],
    [
      'an early end',
      { indptr: Int32Array.of(0, 1, 2) },
      'Expected 3 (the length of a.indices)',
      { position: 2 },
    ],
    [
      'a wild end',
      { indptr: Int32Array.of(0, 2, 2 ** 31 - 1) },
      'for a.indptr[2] but received 2147483647',
      {},
    ],
    [
      'a block column beyond the end',
      { indices: Int32Array.of(0, 3, 1) },
      'Expected a block column from 0 to 2 for a.indices[1] in block row 0 but received 3',
      { row: 0, position: 1 },
    ],
    [
      'a negative block column',
      { indices: Int32Array.of(0, 2, -1) },
      'but received -1',
      { row: 1, position: 2 },
    ],
    [
      'block columns out of order',
      { indices: Int32Array.of(2, 0, 1) },
      'above 2 for a.indices[1]',
      { row: 0, position: 1 },
    ],
    [
      'a block column twice',
      { indices: Int32Array.of(2, 2, 1) },
      'above 2 for a.indices[1]',
      { row: 0, position: 1 },
    ],
    [
      'short values',
      { values: new Float32Array(11) },
      'Expected length 12 for a.values (3 blocks of 2 x 2)',
      {},
    ],
    ['too many block rows', { shape: [2 ** 40, 6] }, 'fewer than 2^31 block rows and columns for a', {}],
  ])('refuses %s by place', (_, change, message, place) => {
    const bad = { ...good, ...change };
    expect(() => checkBsr(bad, 'a')).toThrow(InvalidMatrixError);
    expect(() => checkBsr(bad, 'a')).toThrow(message);
    expect(() => checkBsr(bad, 'a')).toThrow(expect.objectContaining(place));
  });

  it('stays exact where nnzb * R * C passes 2^31 and 2^53', () => {
    const blocks = 2 ** 23;
    const wide = {
      shape: [2 ** 24, 2 ** 30] as const,
      blockShape: [2 ** 24, 64] as const,
      indptr: Int32Array.of(0, blocks),
      indices: Int32Array.from({ length: blocks }, (_, p) => p),
    };
    checkPattern(wide);
    const matrix = { ...wide, dtype: 'f16' as const, values: new Uint16Array(0) };
    expect(() => checkBsr(matrix)).toThrow(`Expected length ${2 ** 53} for matrix.values`);
  });

  it('refuses what is no object at all', () => {
    // @ts-expect-error not a matrix
    expect(() => checkBsr(null)).toThrow('for matrix but received null');
    // @ts-expect-error not a matrix
    expect(() => checkPattern(3, 'layout')).toThrow('for layout but received 3');
  });
});

describe('other formats', () => {
  it('name the column of CSC and the entry of COO', () => {
    const csc = { ...good, shape: [2, 2] as const, values: new Float32Array(3) };
    expect(() => checkCsc(csc, 'a')).toThrow(
      'Expected a row from 0 to 1 for a.indices[1] in column 0 but received 2',
    );
    const coo = {
      shape: [2, 2] as const,
      dtype: 'f32' as const,
      rows: Int32Array.of(0, 1),
      columns: Int32Array.of(0, 2),
      values: new Float32Array(2),
    };
    expect(() => checkCoo(coo)).toThrow('Expected a column from 0 to 1 for matrix.columns[1] but received 2');
    expect(() => checkCoo({ ...coo, columns: Int32Array.of(0) })).toThrow('as many as rows');
    expect(() => bsrFromCsr({ ...csc, indptr: Int32Array.of(0, 3, 2) }, [1, 1])).toThrow('in row 1');
  });

  it('refuse a dense matrix whose values are too short for its leading dimension', () => {
    const dense = { shape: [3, 4] as const, dtype: 'f32' as const, values: new Float32Array(12) };
    expect(() => checkDense(dense)).not.toThrow();
    expect(() => checkDense({ ...dense, leadingDimension: 5 })).toThrow('Expected at least 14 values');
    // The rows of a column-major matrix are its short side.
    expect(() => checkDense({ ...dense, order: 'column', leadingDimension: 3 })).not.toThrow();
    // @ts-expect-error an order that does not exist
    expect(() => checkDense({ ...dense, order: 'C' })).toThrow(`'row' or 'column' for matrix.order`);
  });
});
