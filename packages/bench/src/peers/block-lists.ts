import { visibleBlocks } from '@sparsek/bsr';
import { BLOCK_FULL, type BlockMask } from '@sparsek/types';
import { headPatterns, type MaskArray } from './flex-blocks.js';

/** A mask as peers take it that know whole blocks only. */
export interface BlockLists {
  /** `partial`: some block is visible in part, and there are no arrays. */
  readonly kind: 'whole' | 'partial';
  readonly blockShape: readonly number[];
  /**
   * `blockIndptr` [patterns, rows of blocks + 1] and `blockIndices`: the columns of the visible blocks, pattern by pattern
   * and row by row; each pattern begins where the one before ends. `blockHeads`: the pattern of every query head.
   */
  readonly arrays: Record<string, MaskArray>;
}

export function blockLists(mask: BlockMask, heads: number): BlockLists {
  const { blockShape, patterns } = mask;
  const rows = Math.ceil(mask.queryLength / blockShape[0]);
  const indptr = new Int32Array(patterns.length * (rows + 1));
  const lines: Int32Array[] = [];
  let end = 0;
  for (const [p, pattern] of patterns.entries()) {
    indptr[p * (rows + 1)] = end;
    for (let row = 0; row < rows; row++) {
      const { columns, fill } = visibleBlocks(mask, pattern, row);
      if (fill.some((kind) => kind !== BLOCK_FULL)) return { kind: 'partial', blockShape, arrays: {} };
      lines.push(columns);
      end += columns.length;
      indptr[p * (rows + 1) + row + 1] = end;
    }
  }
  const indices = new Int32Array(end);
  let begin = 0;
  for (const columns of lines) {
    indices.set(columns, begin);
    begin += columns.length;
  }
  return {
    kind: 'whole',
    blockShape,
    arrays: {
      blockIndptr: { elements: indptr, dtype: 'i32', shape: [patterns.length, rows + 1] },
      blockIndices: { elements: indices, dtype: 'i32', shape: [end] },
      blockHeads: { elements: headPatterns(mask, heads), dtype: 'i32', shape: [heads] },
    },
  };
}
