import type { BsrMatrix, BsrPattern, Dtype } from '@sparsek/types';
import { checkBsr, checkPattern } from '../check/bsr.js';
import { allocateValues } from '../values/allocate.js';
import { type OrderedPattern, transposed } from './order.js';

/**
 * The structure of the transpose, `[K, M]` in blocks of `[C, R]`: its block p is the transpose of block `order[p]`.
 * Linear time.
 */
export function transposePattern(pattern: BsrPattern): OrderedPattern {
  checkPattern(pattern, 'pattern');
  return transposed(pattern);
}

/** The transpose, `[K, M]` in blocks of `[C, R]`. Linear in the stored values. */
export function transpose<D extends Dtype>(matrix: BsrMatrix<D>): BsrMatrix<D> {
  checkBsr(matrix, 'matrix');
  const { pattern, order } = transposed(matrix);
  const [height, width] = matrix.blockShape;
  const area = height * width;
  const source = matrix.values;
  const values = allocateValues(matrix.dtype, order.length * area);
  for (let p = 0; p < order.length; p++) {
    const from = order[p]! * area;
    let to = p * area;
    for (let c = 0; c < width; c++) {
      for (let i = from + c; i < from + area; i += width) values[to++] = source[i]!;
    }
  }
  return { ...pattern, dtype: matrix.dtype, values };
}
