import { type BsrMatrix, type Dtype, InvalidArgumentError } from '@sparsek/types';
import { checkInt32 } from '../check/arguments.js';
import { checkBsr } from '../check/bsr.js';
import { type CsrMatrix, checkCsr } from '../construct/scalar-formats.js';
import { copyRun } from '../structure/copy.js';
import { createInt32List } from '../structure/int32-list.js';
import { allocateInt32, allocateValues } from '../values/allocate.js';
import { anyNonzero, bitView } from '../values/nonzero.js';

/**
 * The matrix whose row i is row `permutation[i]` of the given one. Rows are cut out of their blocks; a new block is
 * stored when it holds a nonzero. Linear in the stored values.
 *
 * @throws InvalidArgumentError when `permutation` does not name every row once.
 */
export function permuteRows<D extends Dtype>(matrix: BsrMatrix<D>, permutation: Int32Array): BsrMatrix<D> {
  checkBsr(matrix, 'matrix');
  const [rows, columns] = matrix.shape;
  const [height, width] = matrix.blockShape;
  checkPermutation(permutation, rows);
  const area = height * width;
  const blockRows = matrix.indptr.length - 1;
  const view = bitView(matrix.values, matrix.dtype);
  const blockColumns = Math.ceil(columns / width);
  const met = allocateInt32(blockColumns);
  const indptr = allocateInt32(blockRows + 1);
  const found = createInt32List();
  for (let r = 0; r < blockRows; r++) {
    for (let row = r * height; row < Math.min((r + 1) * height, rows); row++) {
      forEachPiece(matrix, permutation[row]!, (column, from) => {
        if (met[column] === r + 1 || !anyNonzero(view, from, from + width)) return;
        met[column] = r + 1;
        found.push(column);
      });
    }
    found.sortFrom(indptr[r]!);
    indptr[r + 1] = found.length;
  }
  const indices = found.toArray();
  const values = allocateValues(matrix.dtype, indices.length * area);
  const position = allocateInt32(blockColumns).fill(-1);
  for (let r = 0; r < blockRows; r++) {
    for (let p = indptr[r]!; p < indptr[r + 1]!; p++) position[indices[p]!] = p;
    for (let row = r * height; row < Math.min((r + 1) * height, rows); row++) {
      forEachPiece(matrix, permutation[row]!, (column, from) => {
        const target = position[column]!;
        // A position of an earlier block row means that this one is not stored.
        if (target >= indptr[r]!)
          copyRun(values, target * area + (row - r * height) * width, matrix.values, from, width);
      });
    }
  }
  return { shape: matrix.shape, blockShape: matrix.blockShape, indptr, indices, dtype: matrix.dtype, values };
}

/** {@link permuteRows} for compressed sparse rows: entries keep their order within a row. */
export function permuteCsrRows<D extends Dtype>(matrix: CsrMatrix<D>, permutation: Int32Array): CsrMatrix<D> {
  checkCsr(matrix, 'matrix');
  const rows = matrix.shape[0];
  checkPermutation(permutation, rows);
  const indptr = allocateInt32(rows + 1);
  const indices = allocateInt32(matrix.indices.length);
  const values = allocateValues(matrix.dtype, matrix.indices.length);
  let to = 0;
  for (let row = 0; row < rows; row++) {
    const begin = matrix.indptr[permutation[row]!]!;
    const end = matrix.indptr[permutation[row]! + 1]!;
    for (let e = begin; e < end; e++, to++) {
      indices[to] = matrix.indices[e]!;
      values[to] = matrix.values[e]!;
    }
    indptr[row + 1] = to;
  }
  return { shape: matrix.shape, dtype: matrix.dtype, indptr, indices, values };
}

/** The permutation that undoes another: row `permutation[i]` goes back to i. */
export function invertPermutation(permutation: Int32Array): Int32Array {
  checkPermutation(permutation, permutation.length);
  const inverse = allocateInt32(permutation.length);
  for (let i = 0; i < permutation.length; i++) inverse[permutation[i]!] = i;
  return inverse;
}

function forEachPiece(matrix: BsrMatrix, row: number, visit: (column: number, from: number) => void): void {
  const [height, width] = matrix.blockShape;
  const r = Math.floor(row / height);
  const offset = (row - r * height) * width;
  for (let p = matrix.indptr[r]!; p < matrix.indptr[r + 1]!; p++) {
    visit(matrix.indices[p]!, p * height * width + offset);
  }
}

function checkPermutation(permutation: Int32Array, rows: number): void {
  checkInt32(permutation, 'permutation');
  if (permutation.length !== rows) {
    throw new InvalidArgumentError('permutation', `an Int32Array of length ${rows}`, permutation);
  }
  const seen = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = permutation[i]!;
    if (row < 0 || row >= rows || seen[row] === 1) {
      throw new InvalidArgumentError(
        `permutation[${i}]`,
        `a row from 0 to ${rows - 1} not named before`,
        row,
      );
    }
    seen[row] = 1;
  }
}
