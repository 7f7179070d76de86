import { type BsrMatrix, type Dtype, InvalidArgumentError } from '@sparsek/types';
import { checkBsr } from '../check/bsr.js';
import { assemble } from './assemble.js';
import { blockExtent } from './extent.js';

/**
 * Rows `begin .. end - 1` (in elements). When both ends fall between block rows, `indices` and `values` are views of
 * the matrix's arrays, and every stored block is kept; otherwise blocks are cut anew and stored when they hold a
 * nonzero.
 *
 * @throws InvalidArgumentError when the range does not lie in the matrix.
 */
export function sliceRows<D extends Dtype>(matrix: BsrMatrix<D>, begin: number, end: number): BsrMatrix<D> {
  checkBsr(matrix, 'matrix');
  const [rows, columns] = matrix.shape;
  const height = matrix.blockShape[0];
  checkRange(begin, end, rows);
  if (begin % height !== 0 || (end % height !== 0 && end !== rows)) {
    return assemble(
      [{ matrix, row: -begin, column: 0 }],
      [end - begin, columns],
      matrix.blockShape,
      matrix.dtype,
      false,
    );
  }
  const { area } = blockExtent(matrix);
  const firstRow = begin / height;
  const lastRow = Math.max(firstRow, Math.ceil(end / height));
  const first = matrix.indptr[firstRow]!;
  const last = matrix.indptr[lastRow]!;
  return {
    shape: [end - begin, columns],
    blockShape: matrix.blockShape,
    indptr: matrix.indptr.slice(firstRow, lastRow + 1).map((p) => p - first),
    indices: matrix.indices.subarray(first, last),
    dtype: matrix.dtype,
    values: matrix.values.subarray(first * area, last * area) as typeof matrix.values,
  };
}

/**
 * Columns `begin .. end - 1` (in elements), in new arrays. When both ends fall between block columns every stored block
 * is kept; otherwise blocks are cut anew and stored when they hold a nonzero.
 *
 * @throws InvalidArgumentError when the range does not lie in the matrix.
 */
export function sliceColumns<D extends Dtype>(
  matrix: BsrMatrix<D>,
  begin: number,
  end: number,
): BsrMatrix<D> {
  checkBsr(matrix, 'matrix');
  const [rows, columns] = matrix.shape;
  const width = matrix.blockShape[1];
  checkRange(begin, end, columns);
  const aligned = begin % width === 0 && (end % width === 0 || end === columns);
  const part = { matrix, row: 0, column: -begin };
  return assemble([part], [rows, end - begin], matrix.blockShape, matrix.dtype, aligned);
}

function checkRange(begin: unknown, end: unknown, extent: number): void {
  const inside = (value: unknown, from: number) =>
    Number.isInteger(value) && (value as number) >= from && (value as number) <= extent;
  if (!inside(begin, 0)) throw new InvalidArgumentError('begin', `an integer from 0 to ${extent}`, begin);
  if (!inside(end, begin as number)) {
    throw new InvalidArgumentError('end', `an integer from ${begin} to ${extent}`, end);
  }
}
