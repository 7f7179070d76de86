import type { BsrMatrix, BsrPattern, Dtype } from '@sparsek/types';
import { checkPattern } from '../check/bsr.js';
import { type NormalOptions, normalValues } from '../random/draws.js';
import { blockExtent } from '../structure/extent.js';
import { clearPadding } from '../structure/padding.js';

/**
 * A pattern with normal values: value number n of the storage is normal draw n of the stream (see `normalValues`).
 * Values of edge blocks outside the shape are drawn too, then set to zero, so that a draw's number is its position.
 */
export function withValues<D extends Dtype = 'f32'>(
  pattern: BsrPattern,
  options: NormalOptions<D> = {},
): BsrMatrix<D> {
  checkPattern(pattern, 'pattern');
  const { shape, blockShape, indptr, indices } = pattern;
  const { blocks, area } = blockExtent(pattern);
  const values = normalValues<D>(blocks * area, options);
  const matrix = { shape, blockShape, indptr, indices, dtype: options.dtype ?? ('f32' as D), values };
  clearPadding(matrix);
  return matrix;
}
