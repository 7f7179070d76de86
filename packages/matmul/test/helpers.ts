import { bsrFromDense } from '@sparsek/bsr';
import type { BsrMatrix, DenseMatrix } from '@sparsek/types';

/** A row-order matrix of float32 whose values are small integers, so that products are exact. */
export function integers(rows: number, columns: number, salt: number): DenseMatrix<'f32'> {
  const values = Float32Array.from({ length: rows * columns }, (_, n) => ((n * 7 + salt * 13) % 11) - 5);
  return { shape: [rows, columns], dtype: 'f32', values };
}

/** A matrix with some blocks zero, dense and block-sparse. */
export function blocky(
  rows: number,
  columns: number,
  blockShape: readonly [number, number],
  salt: number,
): { dense: DenseMatrix<'f32'>; sparse: BsrMatrix<'f32'> } {
  const { values } = integers(rows, columns, salt);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const block = Math.floor(r / blockShape[0]) * 3 + Math.floor(c / blockShape[1]) + salt;
      if (block % 3 !== 0) values[r * columns + c] = 0;
    }
  }
  const dense: DenseMatrix<'f32'> = { shape: [rows, columns], dtype: 'f32', values };
  return { dense, sparse: bsrFromDense(dense, blockShape) };
}

export function multiply(a: DenseMatrix, b: DenseMatrix): number[] {
  const [rows, inner] = a.shape;
  const columns = b.shape[1];
  const result = new Array<number>(rows * columns).fill(0);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      for (let k = 0; k < inner; k++) {
        result[r * columns + c] =
          result[r * columns + c]! + a.values[r * inner + k]! * b.values[k * columns + c]!;
      }
    }
  }
  return result;
}

export function transposed(matrix: DenseMatrix<'f32'>): DenseMatrix<'f32'> {
  const [rows, columns] = matrix.shape;
  const values = Float32Array.from(
    { length: rows * columns },
    (_, n) => matrix.values[(n % rows) * columns + Math.floor(n / rows)]!,
  );
  return { shape: [columns, rows], dtype: 'f32', values };
}
