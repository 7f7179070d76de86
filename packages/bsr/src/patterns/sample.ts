import type { BsrPattern } from '@sparsek/types';
import type { Philox } from '../random/philox.js';
import { allocateInt32 } from '../values/allocate.js';
import { checkBlockCount, gridOf, type PatternOptions } from './grid.js';

/** A row this much denser than one in so many is read off a table instead of being sorted. */
const SORT_WHEN_SPARSER_THAN = 16;

/**
 * The pattern in which block row r holds `counts[r]` distinct block columns, every set of that size equally likely.
 *
 * Floyd's algorithm (Bentley and Floyd, "A sample of brilliance", CACM 30(9), 1987), with the draw numbered by the
 * stored block's position p = indptr[r] + i: for i = 0 .. k - 1 and j = n - k + i, t is `below(p, j + 1)`; t is taken,
 * or j where t is taken already. The columns are then sorted.
 */
export function sampleRows(options: PatternOptions, counts: ArrayLike<number>, philox: Philox): BsrPattern {
  const { blockRows, blockColumns } = gridOf(options);
  const indptr = allocateInt32(blockRows + 1);
  let blocks = 0;
  for (let r = 0; r < blockRows; r++) {
    blocks += counts[r]!;
    checkBlockCount(blocks);
    indptr[r + 1] = blocks;
  }
  const indices = allocateInt32(blocks);
  /** Row + 1 that took a column last. */
  const taken = allocateInt32(blockColumns);
  for (let r = 0; r < blockRows; r++) {
    const begin = indptr[r]!;
    const count = indptr[r + 1]! - begin;
    if (count === blockColumns) {
      for (let column = 0; column < count; column++) indices[begin + column] = column;
      continue;
    }
    for (let i = 0; i < count; i++) {
      const j = blockColumns - count + i;
      const t = philox.below(begin + i, j + 1);
      const column = taken[t] === r + 1 ? j : t;
      taken[column] = r + 1;
      indices[begin + i] = column;
    }
    if (count * SORT_WHEN_SPARSER_THAN < blockColumns) indices.subarray(begin, begin + count).sort();
    else {
      let p = begin;
      for (let column = 0; column < blockColumns; column++)
        if (taken[column] === r + 1) indices[p++] = column;
    }
  }
  return { shape: options.shape, blockShape: options.blockShape, indptr, indices };
}
