import { type BsrMatrix, InvalidArgumentError, InvalidMatrixError } from '@sparsek/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  blockDiagonal,
  bsrFromArrays,
  bsrFromCoo,
  bsrFromCsc,
  bsrFromCsr,
  bsrFromDense,
  bsrToCoo,
  bsrToCsr,
  bsrToDense,
  checkBsr,
  checkPadding,
  checkPattern,
  convertDtype,
  dropZeroBlocks,
  elementwise,
  fromNumbers,
  hstack,
  multiply,
  randomPattern,
  reblock,
  roundToDtype,
  scale,
  sliceColumns,
  sliceRows,
  sortIndices,
  statistics,
  sumDuplicates,
  transpose,
  transposePattern,
  vstack,
  withValues,
} from '../src/index.js';
import './deterministic.js';
import { anyBlockShape, anyBsr, anyDtype, numbersOf, tabulate } from './arbitrary.js';

/** A result must be well-formed down to its padding. */
function sound<T extends BsrMatrix>(matrix: T): T {
  checkBsr(matrix);
  checkPadding(matrix);
  return matrix;
}

/** -0 outside stored blocks cannot be told from 0. */
const unsigned = (values: readonly number[]) => values.map((value) => value + 0);

describe('round trips', () => {
  it('dense, bit for bit within stored blocks', () => {
    fc.assert(
      fc.property(anyBsr(), (matrix) => {
        const kept = dropZeroBlocks(matrix);
        expect(sound(bsrFromDense(bsrToDense(matrix), matrix.blockShape))).toEqual(kept);
      }),
    );
  });

  it('CSR, CSC and COO, keeping every element', () => {
    fc.assert(
      fc.property(anyBsr(), (matrix) => {
        const { blockShape } = matrix;
        expect(sound(bsrFromCsr(bsrToCsr(matrix, { keepZeros: true }), blockShape))).toEqual(matrix);
        expect(sound(bsrFromCoo(bsrToCoo(matrix, { keepZeros: true }), blockShape))).toEqual(matrix);
        const csc = { ...bsrToCsr(transpose(matrix), { keepZeros: true }), shape: matrix.shape };
        expect(sound(bsrFromCsc(csc, blockShape))).toEqual(matrix);
      }),
    );
  });

  it('CSR without zeros gives what the nonzeros need', () => {
    fc.assert(
      fc.property(anyBsr(), (matrix) => {
        const csr = bsrToCsr(matrix);
        expect(csr.indices).toHaveLength(numbersOf(matrix).filter((value) => value !== 0).length);
        expect(unsigned(numbersOf(bsrFromCsr(csr, [3, 2])))).toEqual(unsigned(numbersOf(matrix)));
      }),
    );
  });

  it('re-blocking there and back', () => {
    fc.assert(
      fc.property(anyBsr(), anyBlockShape, (matrix, blockShape) => {
        const other = sound(reblock(matrix, blockShape));
        expect(other.blockShape).toEqual(blockShape);
        expect(unsigned(numbersOf(other))).toEqual(unsigned(numbersOf(matrix)));
        expect(other).toEqual(dropZeroBlocks(other));
        expect(reblock(other, matrix.blockShape, { keepZeros: true }).indices.length).toBeGreaterThanOrEqual(
          dropZeroBlocks(matrix).indices.length,
        );
        const wide = sound(reblock(matrix, blockShape, { keepZeros: true }));
        expect(numbersOf(wide)).toEqual(numbersOf(matrix));
      }),
    );
  });
});

describe('transpose', () => {
  it('moves element (i, j) to (j, i), and twice is the identity', () => {
    fc.assert(
      fc.property(anyBsr(), (matrix) => {
        const [rows, columns] = matrix.shape;
        const flipped = sound(transpose(matrix));
        const values = numbersOf(matrix);
        expect(numbersOf(flipped)).toEqual(tabulate(columns, rows, (i, j) => values[j * columns + i]!));
        expect(transpose(flipped)).toEqual(matrix);
      }),
    );
  });

  it('tells where each block came from', () => {
    const pattern = randomPattern({ shape: [20, 30], blockShape: [2, 3], density: 0.4, seed: 1 });
    const { pattern: flipped, order } = transposePattern(pattern);
    checkPattern(flipped);
    expect([flipped.shape, flipped.blockShape]).toEqual([
      [30, 20],
      [3, 2],
    ]);
    for (let c = 0; c < 10; c++) {
      for (let p = flipped.indptr[c]!; p < flipped.indptr[c + 1]!; p++) {
        const old = order[p]!;
        expect(pattern.indices[old]).toBe(c);
        expect(old).toBeGreaterThanOrEqual(pattern.indptr[flipped.indices[p]!]!);
        expect(old).toBeLessThan(pattern.indptr[flipped.indices[p]! + 1]!);
      }
    }
  });
});

describe('slices and stacks', () => {
  it('cut any range of rows and columns', () => {
    fc.assert(
      fc.property(anyBsr(), fc.nat(), fc.nat(), (matrix, x, y) => {
        const [rows, columns] = matrix.shape;
        const values = unsigned(numbersOf(matrix));
        const [top, bottom] = [x % (rows + 1), y % (rows + 1)].sort((a, b) => a - b) as [number, number];
        const [left, right] = [x % (columns + 1), y % (columns + 1)].sort((a, b) => a - b) as [
          number,
          number,
        ];
        expect(unsigned(numbersOf(sound(sliceRows(matrix, top, bottom))))).toEqual(
          tabulate(bottom - top, columns, (i, j) => values[(i + top) * columns + j]!),
        );
        expect(unsigned(numbersOf(sound(sliceColumns(matrix, left, right))))).toEqual(
          tabulate(rows, right - left, (i, j) => values[i * columns + j + left]!),
        );
      }),
    );
  });

  it('give the parts back that were stacked', () => {
    const pair = fc
      .tuple(anyBlockShape, anyDtype, fc.integer({ min: 0, max: 20 }))
      .chain(([blockShape, dtype, extent]) =>
        fc.record({
          tall: fc.array(anyBsr({ blockShape, dtype, columns: extent }), { minLength: 1, maxLength: 4 }),
          wide: fc.array(anyBsr({ blockShape, dtype, rows: extent }), { minLength: 1, maxLength: 4 }),
        }),
      );
    fc.assert(
      fc.property(pair, ({ tall, wide }) => {
        const stacked = sound(vstack(tall));
        let row = 0;
        for (const matrix of tall) {
          const part = sliceRows(stacked, row, row + matrix.shape[0]);
          expect(unsigned(numbersOf(part))).toEqual(unsigned(numbersOf(matrix)));
          row += matrix.shape[0];
        }
        const beside = sound(hstack(wide));
        let column = 0;
        for (const matrix of wide) {
          const part = sliceColumns(beside, column, column + matrix.shape[1]);
          expect(unsigned(numbersOf(part))).toEqual(unsigned(numbersOf(matrix)));
          column += matrix.shape[1];
        }
        const diagonal = sound(blockDiagonal(tall));
        row = 0;
        column = 0;
        for (const matrix of tall) {
          const rows = sliceRows(diagonal, row, row + matrix.shape[0]);
          const part = sliceColumns(rows, column, column + matrix.shape[1]);
          expect(unsigned(numbersOf(part))).toEqual(unsigned(numbersOf(matrix)));
          row += matrix.shape[0];
          column += matrix.shape[1];
        }
        expect(statistics(diagonal).nonzeros).toBe(
          tall.reduce((sum, one) => sum + statistics(one).nonzeros!, 0),
        );
      }),
    );
  });

  it('share memory when rows are cut between blocks', () => {
    const matrix = withValues(randomPattern({ shape: [8, 8], blockShape: [2, 2], density: 0.5, seed: 1 }));
    const part = sliceRows(matrix, 2, 6);
    expect(part.values.buffer).toBe(matrix.values.buffer);
    expect(part.indptr[0]).toBe(0);
  });

  it('refuse ranges and parts that do not fit', () => {
    const matrix = withValues(randomPattern({ shape: [8, 6], blockShape: [2, 2], density: 0.5 }));
    expect(() => sliceRows(matrix, 3, 9)).toThrow('Expected an integer from 3 to 8 for end but received 9');
    expect(() => sliceColumns(matrix, -1, 2)).toThrow('for begin but received -1');
    expect(() => vstack([matrix, transpose(matrix)])).toThrow('Expected 6 columns as of the first');
    expect(() => hstack([matrix, convertDtype(matrix, 'f16')])).toThrow("Expected 'f32' as of the first");
    expect(() => blockDiagonal([])).toThrow(InvalidArgumentError);
  });
});

describe('arithmetic', () => {
  const pair = fc
    .tuple(anyBlockShape, anyDtype, fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }))
    .chain(([blockShape, dtype, rows, columns]) => {
      const one = anyBsr({ blockShape, dtype, rows, columns });
      return fc.tuple(one, one);
    });

  it('adds as numbers do, in either order', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const sum = sound(add(a, b));
        const x = numbersOf(a);
        const y = numbersOf(b);
        expect(unsigned(numbersOf(sum))).toEqual(
          unsigned(x.map((value, i) => roundToDtype(value + y[i]!, a.dtype))),
        );
        expect(add(b, a)).toEqual(sum);
        expect(unsigned(numbersOf(elementwise(a, b, (u, v) => u + v)))).toEqual(unsigned(numbersOf(sum)));
      }),
    );
  });

  it('multiplies where both are stored', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const product = sound(multiply(a, b));
        const x = numbersOf(a);
        const y = numbersOf(b);
        const expected = x.map((value, i) => roundToDtype(value * y[i]!, a.dtype));
        // A block that one side lacks is zero, where numbers would give NaN for 0 * Infinity.
        const actual = numbersOf(product);
        for (const [i, value] of expected.entries()) {
          if (!(Number.isNaN(value) && actual[i] === 0)) expect(actual[i]! + 0).toBe(value + 0);
        }
      }),
    );
  });

  it('scales with one rounding', () => {
    fc.assert(
      fc.property(anyBsr(), fc.double({ min: -4, max: 4, noNaN: true }), (matrix, factor) => {
        const scaled = sound(scale(matrix, factor));
        const expected = numbersOf(matrix).map((value) => roundToDtype(value * factor, matrix.dtype));
        for (const [i, value] of numbersOf(scaled).entries()) {
          if (!Number.isNaN(expected[i])) expect(value + 0).toBe(expected[i]! + 0);
        }
      }),
    );
  });

  it('keeps the padding zero, whatever becomes of zeros', () => {
    const matrix = withValues(randomPattern({ shape: [3, 5], blockShape: [2, 3], density: 1 }));
    expect(numbersOf(sound(scale(matrix, Infinity))).every((value) => Math.abs(value) === Infinity)).toBe(
      true,
    );
    expect(numbersOf(sound(elementwise(matrix, matrix, () => 7)))).toEqual(new Array(15).fill(7));
  });

  it('refuses matrices that do not fit', () => {
    const a = withValues(randomPattern({ shape: [4, 6], blockShape: [2, 2], density: 1 }));
    expect(() => add(a, transpose(a))).toThrow('Expected [4, 6] as of a for b.shape but received [6, 4]');
    expect(() => multiply(a, reblock(a, [1, 2]))).toThrow('Expected [2, 2] as of a for b.blockShape');
  });
});

describe('canonical form', () => {
  const shuffled: BsrMatrix<'f32'> = {
    shape: [4, 6],
    blockShape: [2, 2],
    indptr: Int32Array.of(0, 3, 5),
    indices: Int32Array.of(2, 0, 2, 1, 0),
    dtype: 'f32',
    values: Float32Array.from({ length: 20 }, (_, i) => i + 1),
  };

  it('sorts block columns and keeps blocks whole', () => {
    const matrix = sortIndices(shuffled);
    expect([...matrix.indices]).toEqual([0, 2, 2, 0, 1]);
    expect([...matrix.values]).toEqual([
      5, 6, 7, 8, 1, 2, 3, 4, 9, 10, 11, 12, 17, 18, 19, 20, 13, 14, 15, 16,
    ]);
    expect(sortIndices(sumDuplicates(matrix)).values).toHaveLength(16);
  });

  it('adds blocks at one place', () => {
    const matrix = sumDuplicates(shuffled);
    checkBsr(matrix);
    expect([...matrix.indices]).toEqual([0, 2, 0, 1]);
    expect([...matrix.values.subarray(4, 8)]).toEqual([10, 12, 14, 16]);
  });

  it('is made by bsrFromArrays on request only', () => {
    expect(() => bsrFromArrays(shuffled)).toThrow(
      'Expected a block column above 2 for arrays.indices[1] in block row 0 (they increase strictly) but received 0',
    );
    expect(() => bsrFromArrays(shuffled, { sort: true })).toThrow('block column 2 twice in block row 0');
    expect(bsrFromArrays(shuffled, { sort: true, duplicates: 'sum' })).toEqual(sumDuplicates(shuffled));
    const ready = sumDuplicates(shuffled);
    expect(bsrFromArrays(ready).values).toBe(ready.values);
  });

  it('clears what edge blocks hold outside the shape', () => {
    const ragged = bsrFromArrays({ ...sumDuplicates(shuffled), shape: [3, 5] });
    checkPadding(ragged);
    expect([...ragged.values]).toEqual([5, 6, 7, 8, 10, 0, 14, 0, 17, 18, 0, 0, 13, 14, 0, 0]);
  });
});

describe('duplicates', () => {
  const coo = {
    shape: [2, 4] as const,
    dtype: 'bf16' as const,
    rows: Int32Array.of(1, 0, 1, 1),
    columns: Int32Array.of(3, 0, 3, 2),
    values: fromNumbers([1.5, -0, 2, 4], 'bf16'),
  };

  it('are added in order, and a lone -0 stays', () => {
    const matrix = bsrFromCoo(coo, [1, 2]);
    expect([...matrix.indices]).toEqual([0, 1]);
    expect(numbersOf(matrix)).toEqual([-0, 0, 0, 0, 0, 0, 4, 3.5]);
  });

  it('throw on request, with their place', () => {
    expect(() => bsrFromCoo(coo, [1, 2], { duplicates: 'error' })).toThrow(InvalidMatrixError);
    expect(() => bsrFromCoo(coo, [1, 2], { duplicates: 'error' })).toThrow('in row 1, column 3');
  });
});

describe('statistics', () => {
  it('count what is stored', () => {
    const matrix = bsrFromDense(
      {
        shape: [5, 5],
        dtype: 'f32',
        // biome-ignore format: rows
        values: Float32Array.of(
          1, 0, 0, 0, 2,
          0, 0, 0, 0, 0,
          0, 0, 0, 0, 0,
          0, 0, 0, 0, 0,
          0, 0, 0, 0, Number.NaN,
        ),
      },
      [2, 2],
    );
    expect(statistics(matrix)).toEqual({
      blockRows: 3,
      blockColumns: 3,
      blocks: 3,
      density: 3 / 9,
      storedElements: 4 + 2 + 1,
      nonzeros: 3,
      fill: 3 / 7,
      rowHistogram: [1, 1, 1],
      emptyRows: 1,
      longestRow: 2,
      meanRow: 1,
      imbalance: 2,
      bytes: 16 + 12 + 48,
    });
    const { values: _, dtype: __, ...pattern } = matrix;
    expect(statistics(pattern).bytes).toBe(28);
    expect(statistics(pattern).fill).toBeUndefined();
  });
});
