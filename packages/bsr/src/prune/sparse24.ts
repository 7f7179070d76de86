import { type DenseMatrix, type Dtype, InvalidArgumentError, type Sparse24Matrix } from '@sparsek/types';
import { checkDense, denseLines } from '../check/dense.js';
import { checkSparse24 } from '../check/sparse24.js';
import { allocateValues } from '../values/allocate.js';
import { compressGroups, expandGroups } from './groups.js';

/**
 * 2:4 magnitude pruning: of every four neighbours in a row the two of greatest magnitude stay; equal magnitudes go to
 * the lower column, NaN counts as greatest. A matrix that is 2:4 already keeps all of its nonzeros.
 *
 * @throws InvalidArgumentError when the number of columns is not a multiple of 8.
 */
export function prune24<D extends Dtype>(dense: DenseMatrix<D>): Sparse24Matrix<D> {
  checkDense(dense, 'dense');
  const [rows, columns] = dense.shape;
  if (columns % 8 !== 0) {
    throw new InvalidArgumentError('dense.shape[1]', 'a multiple of 8 (2:4 sparsity)', columns);
  }
  const { stride } = denseLines(dense);
  const rowStride = dense.order === 'column' ? 1 : stride;
  const columnStride = dense.order === 'column' ? stride : 1;
  const values = allocateValues(dense.dtype, (rows * columns) / 2);
  const metadata = new Uint8Array((rows * columns) / 8);
  for (let row = 0; row < rows; row++) {
    compressGroups(
      dense.values,
      row * rowStride,
      columnStride,
      columns,
      dense.dtype,
      values,
      (row * columns) / 2,
      metadata,
      (row * columns) / 8,
    );
  }
  return { shape: dense.shape, dtype: dense.dtype, values, metadata };
}

/** The dense form, row-major and tightly packed; elements that are not stored become +0. */
export function sparse24ToDense<D extends Dtype>(matrix: Sparse24Matrix<D>): DenseMatrix<D> {
  checkSparse24(matrix, 'matrix');
  const [rows, columns] = matrix.shape;
  const values = allocateValues(matrix.dtype, rows * columns);
  expandGroups(matrix.values, 0, matrix.metadata, 0, rows * columns, values, 0);
  return { shape: matrix.shape, dtype: matrix.dtype, values, order: 'row' };
}
