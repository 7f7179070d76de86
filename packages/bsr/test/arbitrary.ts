import { type BlockShape, type BsrMatrix, DTYPES, type Dtype } from '@sparsek/types';
import fc from 'fast-check';
import { bsrToDense, fromNumbers, randomPattern, toFloat64, withValues } from '../src/index.js';

export const anyDtype: fc.Arbitrary<Dtype> = fc.constantFrom(...DTYPES);
export const anyBlockShape: fc.Arbitrary<BlockShape> = fc.tuple(
  fc.integer({ min: 1, max: 7 }),
  fc.integer({ min: 1, max: 7 }),
);

interface Limits {
  readonly rows?: number;
  readonly columns?: number;
  readonly blockShape?: BlockShape;
  readonly dtype?: Dtype;
}

/** A matrix of random structure and values, special values among them. */
export function anyBsr(limits: Limits = {}): fc.Arbitrary<BsrMatrix> {
  const extent = fc.integer({ min: 0, max: 24 });
  return fc
    .record({
      rows: limits.rows === undefined ? extent : fc.constant(limits.rows),
      columns: limits.columns === undefined ? extent : fc.constant(limits.columns),
      blockShape: limits.blockShape === undefined ? anyBlockShape : fc.constant(limits.blockShape),
      dtype: limits.dtype === undefined ? anyDtype : fc.constant(limits.dtype),
      density: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.nat(),
      specials: fc.array(fc.tuple(fc.nat(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0)), {
        maxLength: 6,
      }),
    })
    .map(({ rows, columns, blockShape, dtype, density, seed, specials }) => {
      const pattern = randomPattern({ shape: [rows, columns], blockShape, density, seed, rows: 'bernoulli' });
      const matrix = withValues(pattern, { seed, stream: 1, dtype });
      for (const [where, value] of specials) {
        const position = where % Math.max(1, matrix.values.length);
        // Padding is zero and stays zero.
        if (matrix.values[position]) matrix.values[position] = fromNumbers([value], dtype)[0]!;
      }
      return matrix;
    });
}

/** Row-major float64 copy. */
export function numbersOf(matrix: BsrMatrix): number[] {
  return [...toFloat64(bsrToDense(matrix).values, matrix.dtype)];
}

/** The element-by-element definition of anything that moves elements: result (i, j) is `source(i, j)`. */
export function tabulate(rows: number, columns: number, element: (i: number, j: number) => number): number[] {
  return Array.from({ length: rows * columns }, (_, n) => element(Math.floor(n / columns), n % columns));
}
