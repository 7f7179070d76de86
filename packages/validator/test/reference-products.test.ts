import type { BsrPattern, HybridMatrix, Sparse24Matrix } from '@sparsek/types';
import { describe, expect, test } from 'vitest';
import {
  encode,
  naiveSddmm,
  naiveSpgemm,
  naiveSpmm,
  naiveSpmm24,
  referenceSddmm,
  referenceSpgemm,
  referenceSpmm,
  referenceSpmm24,
} from '../src/index.js';

/**
 * A = [ 1 2 . ]
 *     [ 3 4 . ]
 *     [ . . 5 ]  in blocks of 2 x 2, so that the last block hangs over both edges.
 */
const A: BsrPattern = {
  shape: [3, 3],
  blockShape: [2, 2],
  indptr: Int32Array.of(0, 1, 2),
  indices: Int32Array.of(0, 1),
};
const VALUES = Float32Array.of(1, 2, 3, 4, 5, 0, 0, 0);
const B = { shape: [3, 2], dtype: 'f32', values: Float32Array.of(1, 10, 2, 20, 3, 30) } as const;

describe('spmm by hand', () => {
  const problem = { pattern: A, dtype: 'f32', denseExtent: 2 } as const;
  const inputs = { values: VALUES, dense: B };

  test('left', () => {
    const expected = Float64Array.of(5, 50, 11, 110, 15, 150);
    expect(referenceSpmm(problem, inputs)).toEqual(expected);
    expect(naiveSpmm(problem, inputs)).toEqual(expected);
  });

  test('left, transposed', () => {
    const expected = Float64Array.of(7, 70, 10, 100, 15, 150);
    expect(referenceSpmm({ ...problem, transpose: true }, inputs)).toEqual(expected);
    expect(naiveSpmm({ ...problem, transpose: true }, inputs)).toEqual(expected);
  });

  test('right, and right transposed', () => {
    const dense = { shape: [2, 3], dtype: 'f32', values: Float32Array.of(1, 2, 3, 10, 20, 30) } as const;
    const right = { ...problem, side: 'right' } as const;
    const expected = Float64Array.of(7, 10, 15, 70, 100, 150);
    expect(referenceSpmm(right, { values: VALUES, dense })).toEqual(expected);
    expect(naiveSpmm(right, { values: VALUES, dense })).toEqual(expected);
    const transposed = referenceSpmm({ ...right, transpose: true }, { values: VALUES, dense });
    expect(transposed).toEqual(Float64Array.of(5, 11, 15, 50, 110, 150));
  });

  test('order and leading dimension of the dense matrix', () => {
    const dense = {
      shape: [3, 2],
      dtype: 'f32',
      order: 'column',
      leadingDimension: 4,
      values: Float32Array.of(1, 2, 3, Number.NaN, 10, 20, 30),
    } as const;
    expect(referenceSpmm(problem, { values: VALUES, dense })).toEqual(
      Float64Array.of(5, 50, 11, 110, 15, 150),
    );
  });

  test('alpha, beta, bias and relu, in this order', () => {
    const c = { shape: [3, 2], dtype: 'f32', values: Float32Array.of(1, 2, 3, 4, 5, 6) } as const;
    const bias = Float32Array.of(-100, 0, 1);
    const result = referenceSpmm(
      { ...problem, activation: 'relu' },
      { ...inputs, alpha: 2, beta: -1, c, bias },
    );
    expect(result).toEqual(Float64Array.of(0, 0, 19, 216, 26, 295));
    const naive = naiveSpmm({ ...problem, activation: 'relu' }, { ...inputs, alpha: 2, beta: -1, c, bias });
    expect(naive).toEqual(result);
  });

  test('bias of side right belongs to columns', () => {
    const dense = { shape: [2, 3], dtype: 'f32', values: new Float32Array(6) } as const;
    const bias = Float32Array.of(1, 2, 3);
    const result = referenceSpmm({ ...problem, side: 'right' }, { values: VALUES, dense, bias });
    expect(result).toEqual(Float64Array.of(1, 2, 3, 1, 2, 3));
  });

  test('what is not stored does not meet infinity, what is stored does', () => {
    const dense = { ...B, values: Float32Array.of(1, 10, 2, 20, Number.POSITIVE_INFINITY, 30) };
    const result = referenceSpmm(problem, { values: VALUES, dense });
    expect(result).toEqual(Float64Array.of(5, 50, 11, 110, Number.POSITIVE_INFINITY, 150));
    const zero = referenceSpmm(problem, { values: VALUES.map((x) => (x === 5 ? 0 : x)), dense });
    expect(zero[4]).toBeNaN();
  });

  test('half inputs', () => {
    const half = { ...B, dtype: 'f16', values: encode(Float64Array.from(B.values), 'f16') } as const;
    const values = encode(Float64Array.from(VALUES), 'f16');
    const result = referenceSpmm({ ...problem, dtype: 'f16' }, { values, dense: half });
    expect(result).toEqual(Float64Array.of(5, 50, 11, 110, 15, 150));
  });
});

describe('sddmm by hand', () => {
  test('at the stored blocks, zero in their padding', () => {
    const a = { shape: [3, 1], dtype: 'f32', values: Float32Array.of(1, 2, 3) } as const;
    const b = { shape: [1, 3], dtype: 'f32', values: Float32Array.of(10, 20, 30) } as const;
    const problem = { pattern: A, dtype: 'f32', inner: 1 } as const;
    const expected = Float64Array.of(5, 10, 10, 20, 45, 0, 0, 0);
    expect(referenceSddmm(problem, { a, b, alpha: 0.5 })).toEqual(expected);
    expect(naiveSddmm(problem, { a, b, alpha: 0.5 })).toEqual(expected);
  });
});

describe('spgemm by hand', () => {
  test('A A', () => {
    const problem = { a: A, b: A, dtype: 'f32' } as const;
    const { pattern, values } = referenceSpgemm(problem, { aValues: VALUES, bValues: VALUES });
    expect([...pattern.indptr]).toEqual([0, 1, 2]);
    expect([...pattern.indices]).toEqual([0, 1]);
    expect(values).toEqual(Float64Array.of(7, 10, 15, 22, 25, 0, 0, 0));
    expect(naiveSpgemm(problem, { aValues: VALUES, bValues: VALUES })).toEqual(values);
  });

  test('blocks that do not meet give none', () => {
    const b: BsrPattern = { ...A, indptr: Int32Array.of(0, 0, 1), indices: Int32Array.of(0) };
    const a: BsrPattern = { ...A, indptr: Int32Array.of(0, 1, 1), indices: Int32Array.of(0) };
    const product = referenceSpgemm(
      { a, b, dtype: 'f32' },
      { aValues: VALUES.subarray(0, 4), bValues: VALUES.subarray(0, 4) },
    );
    expect(product.pattern.indices).toHaveLength(0);
    expect([...product.pattern.indptr]).toEqual([0, 0, 0]);
  });
});

describe('spmm24 by hand', () => {
  const dense = {
    shape: [8, 1],
    dtype: 'f32',
    values: Float32Array.of(1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7),
  } as const;

  test('positions come from the metadata, the lower group in the low nibble', () => {
    // Row 0 holds 1 and 2 at columns 1 and 3, then 3 and 4 at columns 4 and 6: nibbles 1 | 3 << 2 and 0 | 2 << 2.
    const a: Sparse24Matrix = {
      shape: [1, 8],
      dtype: 'f32',
      values: Float32Array.of(1, 2, 3, 4),
      metadata: Uint8Array.of(0b1000_1101),
    };
    const result = referenceSpmm24({ a, denseExtent: 1 }, { dense });
    expect(result).toEqual(Float64Array.of(10 + 2000 + 3e4 + 4e6));
    expect(naiveSpmm24({ a, denseExtent: 1 }, { dense })).toEqual(result);
  });

  test('dense and compressed blocks side by side', () => {
    const wide = {
      ...dense,
      shape: [16, 1],
      values: Float32Array.from([...dense.values, ...dense.values]),
    } as const;
    const a: HybridMatrix = {
      shape: [1, 16],
      blockShape: [1, 8],
      indptr: Int32Array.of(0, 2),
      indices: Int32Array.of(0, 1),
      dtype: 'f32',
      kinds: Uint8Array.of(0, 1),
      values: Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0, 5, 6, 7, 8),
      metadata: Uint8Array.of(0b1110_0100),
    };
    const result = referenceSpmm24({ a, denseExtent: 1 }, { dense: wide });
    expect(result).toEqual(Float64Array.of(1111 + 5 * 1 + 6 * 10 + 7 * 1e6 + 8 * 1e7));
  });
});
