import type { BlockShape, BsrPattern, Shape } from '@sparsek/types';
import { allocateInt32 } from '../values/allocate.js';

/** The pattern whose stored blocks are the nonzero bytes of a row-major table with one byte a block. */
export function patternFromFlags(shape: Shape, blockShape: BlockShape, flags: Uint8Array): BsrPattern {
  const blockRows = Math.ceil(shape[0] / blockShape[0]);
  const blockColumns = Math.ceil(shape[1] / blockShape[1]);
  const indptr = allocateInt32(blockRows + 1);
  let blocks = 0;
  for (let r = 0; r < blockRows; r++) {
    for (let i = r * blockColumns; i < (r + 1) * blockColumns; i++) if (flags[i] !== 0) blocks++;
    indptr[r + 1] = blocks;
  }
  const indices = allocateInt32(blocks);
  let p = 0;
  for (let r = 0; r < blockRows; r++) {
    const begin = r * blockColumns;
    for (let c = 0; c < blockColumns; c++) if (flags[begin + c] !== 0) indices[p++] = c;
  }
  return { shape, blockShape, indptr, indices };
}
