import type { BsrPattern } from '@sparsek/types';

/** Number of values that the blocks of a pattern hold. */
export function storedLength({ indices, blockShape }: BsrPattern): number {
  return indices.length * blockShape[0] * blockShape[1];
}
