import type { BlockShape, BsrMatrix, Dtype } from '@sparsek/types';
import { checkBlockShape } from '../check/arguments.js';
import { checkBsr } from '../check/bsr.js';
import { assemble } from './assemble.js';

export interface ReblockOptions {
  /** Store every new block that meets an old one, also when it holds only zeros. Default false. */
  readonly keepZeros?: boolean;
}

/**
 * The same matrix in blocks of another shape, which need not divide or be divided by the old one. Linear in the stored
 * values of both; nothing dense is built.
 */
export function reblock<D extends Dtype>(
  matrix: BsrMatrix<D>,
  blockShape: BlockShape,
  options: ReblockOptions = {},
): BsrMatrix<D> {
  checkBsr(matrix, 'matrix');
  checkBlockShape(blockShape, 'blockShape');
  const part = { matrix, row: 0, column: 0 };
  return assemble([part], matrix.shape, blockShape, matrix.dtype, options.keepZeros === true);
}
