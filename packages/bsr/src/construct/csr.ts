import { type Dtype, InvalidMatrixError, type Values } from '@sparsek/types';
import { INT32_MAX } from '../check/arguments.js';
import { allocateInt32, allocateValues } from '../values/allocate.js';
import { type CooMatrix, type CscMatrix, type CsrMatrix, checkCoo, checkCsc } from './scalar-formats.js';

/** The entries of a COO matrix by row, in their order within a row; duplicates stay. Linear time. */
export function csrFromCoo<D extends Dtype>(matrix: CooMatrix<D>): CsrMatrix<D> {
  checkCoo(matrix, 'matrix');
  return byRow(matrix, matrix.rows, (entry) => matrix.columns[entry]!);
}

/** The entries of a CSC matrix by row, columns ascending; duplicates stay. Linear time. */
export function csrFromCsc<D extends Dtype>(matrix: CscMatrix<D>): CsrMatrix<D> {
  checkCsc(matrix, 'matrix');
  const columns = expandPointers(matrix.indptr, matrix.indices.length);
  return byRow(matrix, matrix.indices, (entry) => columns[entry]!);
}

/** For every entry, the row (or column) whose range of `indptr` holds it. */
export function expandPointers(indptr: Int32Array, entries: number): Int32Array {
  const rows = allocateInt32(entries);
  for (let r = 0; r + 1 < indptr.length; r++) rows.fill(r, indptr[r], indptr[r + 1]);
  return rows;
}

/** Counting sort by row; stable. */
function byRow<D extends Dtype>(
  matrix: { readonly shape: readonly [number, number]; readonly dtype: D; readonly values: Values<D> },
  rows: Int32Array,
  columnOf: (entry: number) => number,
): CsrMatrix<D> {
  if (matrix.shape[0] >= INT32_MAX) {
    throw new InvalidMatrixError(
      `Expected fewer than 2^31 - 1 rows for matrix.shape but received ${matrix.shape[0]}`,
    );
  }
  const count = rows.length;
  const indptr = allocateInt32(matrix.shape[0] + 1);
  for (let i = 0; i < count; i++) indptr[rows[i]! + 1]!++;
  for (let r = 0; r < matrix.shape[0]; r++) indptr[r + 1]! += indptr[r]!;
  const next = indptr.slice(0, -1);
  const indices = allocateInt32(count);
  const values = allocateValues(matrix.dtype, count);
  for (let i = 0; i < count; i++) {
    const target = next[rows[i]!]!++;
    indices[target] = columnOf(i);
    values[target] = matrix.values[i]!;
  }
  return { shape: matrix.shape, dtype: matrix.dtype, indptr, indices, values };
}
