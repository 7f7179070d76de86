import { type DenseMatrix, InvalidArgumentError, InvalidMatrixError, OutOfMemoryError } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import {
  bsrFromDense,
  bsrFromDenseAt,
  bsrToDense,
  checkBsr,
  checkPadding,
  f32ToF16,
  normalValues,
} from '../src/index.js';

const dense: DenseMatrix<'f32'> = {
  shape: [3, 5],
  dtype: 'f32',
  // biome-ignore format: rows
  values: Float32Array.of(
    0, 0, 1, 0, 0,
    0, 0, 0, 2, 0,
    0, 0, 0, 0, 3,
  ),
};

describe('bsrFromDense', () => {
  it('stores the blocks that hold a nonzero, padded with zeros', () => {
    const matrix = bsrFromDense(dense, [2, 2]);
    expect(matrix).toEqual({
      shape: [3, 5],
      blockShape: [2, 2],
      indptr: Int32Array.of(0, 1, 2),
      indices: Int32Array.of(1, 2),
      dtype: 'f32',
      values: Float32Array.of(1, 0, 0, 2, 3, 0, 0, 0),
    });
    checkBsr(matrix);
    checkPadding(matrix);
  });

  it('counts NaN as nonzero and -0 as zero, and keeps both inside a stored block', () => {
    const values = Float32Array.of(-0, -0, Number.NaN, -0, 0, Infinity, 0, -0);
    const matrix = bsrFromDense({ shape: [1, 8], dtype: 'f32', values }, [1, 2]);
    expect([...matrix.indices]).toEqual([1, 2]);
    expect([...matrix.values]).toEqual([Number.NaN, -0, 0, Infinity]);
    const half = bsrFromDense({ shape: [1, 8], dtype: 'f16', values: f32ToF16(values) }, [1, 2]);
    expect([...half.values]).toEqual([0x7e00, 0x8000, 0, 0x7c00]);
  });

  it('rounds to the dtype asked for', () => {
    const matrix = bsrFromDense(dense, [2, 2], { dtype: 'f16' });
    expect(matrix.values).toEqual(Uint16Array.of(0x3c00, 0, 0, 0x4000, 0x4200, 0, 0, 0));
  });

  it('takes the values at a given pattern', () => {
    const { values, dtype, ...pattern } = bsrFromDense(dense, [2, 2]);
    const other = { ...dense, values: normalValues(15, { seed: 1 }) };
    const sampled = bsrFromDenseAt(other, pattern);
    expect([dtype, sampled.values.length]).toEqual(['f32', values.length]);
    expect([...sampled.values.subarray(0, 4)]).toEqual([2, 3, 7, 8].map((i) => other.values[i]));
  });
});

describe('round trip', () => {
  it.each<[number, number]>([
    [1, 1],
    [2, 3],
    [4, 4],
    [16, 128],
    [7, 200],
  ])(
    'brings back every bit with blocks of %i x %i, in both orders and with a leading dimension',
    (height, width) => {
      const rows = 37;
      const columns = 301;
      const values = normalValues(rows * columns, { seed: 5 }).map((value) =>
        Math.abs(value) > 1.5 ? value : 0,
      );
      const row: DenseMatrix<'f32'> = { shape: [rows, columns], dtype: 'f32', values };
      const leading = 40;
      const padded = new Float32Array(columns * leading).fill(Number.NaN);
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) padded[c * leading + r] = values[r * columns + c]!;
      }
      const matrix = bsrFromDense(row, [height, width]);
      const fromColumns = bsrFromDense(
        { shape: [rows, columns], dtype: 'f32', values: padded, order: 'column', leadingDimension: leading },
        [height, width],
      );
      expect(fromColumns).toEqual(matrix);
      expect(bsrToDense(matrix)).toEqual({ ...row, order: 'row' });
      const columnMajor = bsrToDense(matrix, { order: 'column' });
      expect(bsrFromDense(columnMajor, [height, width])).toEqual(matrix);
    },
  );

  it('handles matrices without rows, columns or blocks', () => {
    for (const shape of [
      [0, 0],
      [0, 5],
      [5, 0],
    ] as const) {
      const matrix = bsrFromDense({ shape, dtype: 'f32', values: new Float32Array(0) }, [2, 2]);
      checkBsr(matrix);
      expect(bsrToDense(matrix).values).toHaveLength(0);
    }
  });
});

describe('bad input', () => {
  it('names the argument', () => {
    expect(() => bsrFromDense(dense, [0, 2])).toThrow(InvalidArgumentError);
    expect(() => bsrFromDense({ ...dense, shape: [3, 6] }, [2, 2])).toThrow(InvalidMatrixError);
    expect(() => bsrFromDense({ ...dense, leadingDimension: 4 }, [2, 2])).toThrow(
      'Expected an integer from 5 (the length of a row) for dense.leadingDimension but received 4',
    );
  });

  it('refuses extents that no array can hold, at once', () => {
    const empty = { shape: [2 ** 40, 0] as const, dtype: 'f32' as const, values: new Float32Array(0) };
    expect(() => bsrFromDense(empty, [16, 16])).toThrow('fewer than 2^31 block rows');
    const wide = {
      shape: [2 ** 20, 2 ** 30] as const,
      blockShape: [2 ** 20, 1] as const,
      indptr: Int32Array.of(0, 0),
      indices: new Int32Array(0),
      dtype: 'f16' as const,
      values: new Uint16Array(0),
    };
    expect(() => bsrToDense(wide)).toThrow(OutOfMemoryError);
    expect(() => bsrToDense(wide)).toThrow(`Cannot allocate ${2 ** 50} elements of 2 bytes`);
  });

  it('finds nonzero padding', () => {
    const matrix = bsrFromDense(dense, [2, 2]);
    matrix.values[6] = 1;
    expect(() => checkPadding(matrix)).toThrow('Expected 0 for matrix.values[6]');
  });
});
