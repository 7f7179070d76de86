import { transposePattern } from '@sparsek/bsr';
import type { BsrPattern, SpmmProblem } from '@sparsek/types';

/**
 * How a product becomes the one that the kernels compute: X = P Y with P block-sparse on the left. A product with A on
 * the right is the transpose of one with A's transpose on the left: then Y and X are read and written transposed.
 */
export interface Orientation {
  /** P. */
  readonly pattern: BsrPattern;
  /** Y is the dense matrix's transpose, and X the result's. */
  readonly transposed: boolean;
  /** Where P is A's transpose: which block of A each of its blocks is. */
  readonly order: Int32Array | undefined;
}

export function orient({ pattern, side, transpose = false }: SpmmProblem): Orientation {
  const transposed = side === 'right';
  if (transpose === transposed) return { pattern, transposed, order: undefined };
  return { ...transposePattern(pattern), transposed };
}
