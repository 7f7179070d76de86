import type { BsrMatrix, DenseMatrix, Dtype, StorageOrder } from '@sparsek/types';
import { InvalidArgumentError } from '@sparsek/types';
import { checkDtype } from '../check/arguments.js';
import { checkBsr } from '../check/bsr.js';
import { copyRectangle } from '../structure/copy.js';
import { blockExtent } from '../structure/extent.js';
import { allocateValues } from '../values/allocate.js';
import { convertValues } from '../values/convert.js';

export interface ToDenseOptions<D extends Dtype> {
  /** Dtype of the result; default: the matrix's. */
  readonly dtype?: D;
  /** Storage order of the result; default `row`. */
  readonly order?: StorageOrder;
}

/** The dense form of a block-sparse matrix, tightly packed; blocks that are not stored become +0. */
export function bsrToDense<D extends Dtype>(
  matrix: BsrMatrix<D>,
  options?: { readonly dtype?: undefined; readonly order?: StorageOrder },
): DenseMatrix<D>;
export function bsrToDense<D extends Dtype>(matrix: BsrMatrix, options: ToDenseOptions<D>): DenseMatrix<D>;
export function bsrToDense(
  matrix: BsrMatrix,
  options: { readonly dtype?: Dtype | undefined; readonly order?: StorageOrder } = {},
): DenseMatrix {
  checkBsr(matrix, 'matrix');
  const { order = 'row', dtype = matrix.dtype } = options;
  checkDtype(dtype, 'dtype');
  if (order !== 'row' && order !== 'column')
    throw new InvalidArgumentError('order', "'row' or 'column'", order);
  const [rows, columns] = matrix.shape;
  const [height, width] = matrix.blockShape;
  const { blockRows, area } = blockExtent(matrix);
  const source = convertValues(matrix.values, matrix.dtype, dtype);
  const values = allocateValues(dtype, rows * columns);
  const rowStride = order === 'row' ? columns : 1;
  const columnStride = order === 'row' ? 1 : rows;
  for (let r = 0; r < blockRows; r++) {
    const pieceRows = Math.min(height, rows - r * height);
    for (let p = matrix.indptr[r]!; p < matrix.indptr[r + 1]!; p++) {
      const column = matrix.indices[p]! * width;
      const to = r * height * rowStride + column * columnStride;
      const pieceColumns = Math.min(width, columns - column);
      copyRectangle(values, to, rowStride, columnStride, source, p * area, width, 1, pieceRows, pieceColumns);
    }
  }
  return { shape: matrix.shape, dtype, values, order };
}
