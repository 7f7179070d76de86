import {
  bsrToCsr,
  bsrToDense,
  hybridFromBsr,
  hybridToBsr,
  normalValues,
  permuteRows,
  prune24,
  randomPattern,
  reblock,
  sparse24ToDense,
  transpose,
  withValues,
} from '@sparsek/bsr';
import type { BsrMatrix, DenseMatrix } from '@sparsek/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, referenceSddmm, referenceSpgemm, referenceSpmm, referenceSpmm24 } from '../src/index.js';

/** A random matrix in blocks of 1 to 5 by 1 to 5, often with ragged edges. */
const matrices = fc
  .record({
    shape: fc.tuple(fc.integer({ min: 1, max: 17 }), fc.integer({ min: 1, max: 17 })),
    blockShape: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    density: fc.constantFrom(0, 0.3, 0.7, 1),
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
  })
  .map(({ seed, ...options }) => withValues(randomPattern({ ...options, seed }), { seed }));
const extents = fc.integer({ min: 0, max: 7 });
const runs = { numRuns: 60 };

function drawDense(rows: number, columns: number, seed = 1): DenseMatrix<'f32'> {
  return { shape: [rows, columns], dtype: 'f32', values: normalValues(rows * columns, { seed, stream: 1 }) };
}

/** The textbook product of two dense matrices in float64. */
function denseProduct(a: DenseMatrix, b: DenseMatrix): Float64Array {
  const [m, k] = a.shape;
  const n = b.shape[1];
  const x = decode(a.values, a.dtype);
  const y = decode(b.values, b.dtype);
  return Float64Array.from({ length: m * n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < k; j++) sum += x[Math.floor(i / n) * k + j]! * y[j * n + (i % n)]!;
    return sum;
  });
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual).toHaveLength(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!), `element ${i}`).toBeLessThan(1e-11);
  }
}

function leftProduct(a: BsrMatrix, dense: DenseMatrix, transposed = false): Float64Array {
  const problem = { pattern: a, dtype: a.dtype, denseExtent: dense.shape[1], transpose: transposed };
  return referenceSpmm(problem, { values: a.values, dense });
}

describe('spmm', () => {
  test('is the product with the dense matrix', () => {
    fc.assert(
      fc.property(matrices, extents, (a, n) => {
        const dense = drawDense(a.shape[1], n);
        expectClose(leftProduct(a, dense), denseProduct(bsrToDense(a), dense));
      }),
      runs,
    );
  });

  test('with the transpose is the product of the transposed matrix', () => {
    fc.assert(
      fc.property(matrices, extents, (a, n) => {
        const dense = drawDense(a.shape[0], n);
        expectClose(leftProduct(a, dense, true), leftProduct(transpose(a), dense));
      }),
      runs,
    );
  });

  test('of side right is the transpose of the transposed product of side left', () => {
    fc.assert(
      fc.property(matrices, extents, (a, n) => {
        const dense = drawDense(n, a.shape[0]);
        const flipped: DenseMatrix = { ...dense, shape: [a.shape[0], n], order: 'column' };
        const right = referenceSpmm(
          { pattern: a, dtype: 'f32', denseExtent: n, side: 'right' },
          { values: a.values, dense },
        );
        const left = leftProduct(a, flipped, true);
        const columns = a.shape[1];
        expectClose(
          right,
          right.map((_, i) => left[(i % columns) * n + Math.floor(i / columns)]!),
        );
      }),
      runs,
    );
  });

  test('of permuted rows is the permuted product', () => {
    fc.assert(
      fc.property(matrices, fc.integer({ min: 1, max: 16 }), (a, shift) => {
        const rows = a.shape[0];
        const order = Int32Array.from({ length: rows }, (_, i) => (i + shift) % rows);
        const dense = drawDense(a.shape[1], 3);
        const product = leftProduct(a, dense);
        const expected = [...order].flatMap((row) => [...product.subarray(3 * row, 3 * row + 3)]);
        expectClose(leftProduct(permuteRows(a, order), dense), expected);
      }),
      runs,
    );
  });

  test('does not depend on the block shape', () => {
    fc.assert(
      fc.property(
        matrices,
        fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
        (a, blocks) => {
          const dense = drawDense(a.shape[1], 3);
          expectClose(leftProduct(reblock(a, blocks), dense), leftProduct(a, dense));
        },
      ),
      runs,
    );
  });

  test('is the product of the matrix in compressed rows', () => {
    fc.assert(
      fc.property(matrices, (a) => {
        const dense = drawDense(a.shape[1], 1);
        const { indptr, indices, values } = bsrToCsr(a);
        const expected = Array.from({ length: a.shape[0] }, (_, row) => {
          let sum = 0;
          for (let p = indptr[row]!; p < indptr[row + 1]!; p++)
            sum += values[p]! * dense.values[indices[p]!]!;
          return sum;
        });
        expectClose(leftProduct(a, dense), expected);
      }),
      runs,
    );
  });
});

test('sddmm is the dense product at the stored blocks', () => {
  fc.assert(
    fc.property(matrices, extents, (layout, inner) => {
      const a = drawDense(layout.shape[0], inner, 1);
      const b = drawDense(inner, layout.shape[1], 2);
      const values = referenceSddmm({ pattern: layout, dtype: 'f32', inner }, { a, b });
      const product = denseProduct(a, b);
      const stored = bsrToDense({ ...layout, values: new Float32Array(values.length).fill(1) }).values;
      const dense = bsrToDense({ ...layout, values: Float32Array.from(values) }).values;
      const rounded = Float32Array.from(product, (x, i) => (stored[i] === 0 ? 0 : x));
      expect(dense).toEqual(rounded);
    }),
    runs,
  );
});

test('spgemm is the dense product, and its pattern holds every nonzero', () => {
  fc.assert(
    fc.property(
      matrices,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      (a, columns, width) => {
        const shape = [a.shape[1], columns] as const;
        const b = withValues(
          randomPattern({ shape, blockShape: [a.blockShape[1], width], density: 0.5, seed: columns }),
          { seed: 3 },
        );
        const { pattern, values } = referenceSpgemm(
          { a, b, dtype: 'f32' },
          { aValues: a.values, bValues: b.values },
        );
        const dense = bsrToDense({ ...pattern, dtype: 'f32', values: Float32Array.from(values) });
        const expected = denseProduct(bsrToDense(a), bsrToDense(b));
        expect(dense.values.every((x, i) => Math.abs(x - expected[i]!) < 1e-5)).toBe(true);
      },
    ),
    runs,
  );
});

describe('spmm24', () => {
  test('is the product with the expanded matrix', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 }), extents, (m, groups, n) => {
        const a = prune24(drawDense(m, 8 * groups, m));
        const dense = drawDense(8 * groups, n, 2);
        const expected = denseProduct(sparse24ToDense(a), dense);
        expectClose(referenceSpmm24({ a, denseExtent: n }, { dense }), expected);
      }),
      runs,
    );
  });

  test('of mixed blocks is spmm of the expanded blocks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 40 }), (m, k) => {
        const blocks = withValues(
          randomPattern({ shape: [m, k], blockShape: [3, 8], density: 0.6, seed: m }),
          { seed: k },
        );
        const kinds = Uint8Array.from(blocks.indices, (_, p) => p % 2);
        const a = hybridFromBsr(blocks, { compress: kinds });
        const dense = drawDense(k, 3, 2);
        expectClose(referenceSpmm24({ a, denseExtent: 3 }, { dense }), leftProduct(hybridToBsr(a), dense));
      }),
      runs,
    );
  });
});
