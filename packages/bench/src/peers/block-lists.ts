import { visibleBlocks } from '@sparsek/bsr';
import { BLOCK_FULL, type BlockMask } from '@sparsek/types';
import type { MaskArray } from './flex-blocks.js';

/** A mask as peers take it that know whole blocks only. */
export interface BlockLists {
  /** `many`: heads or batches differ. `partial`: some block is visible in part. Neither has arrays. */
  readonly kind: 'whole' | 'many' | 'partial';
  readonly blockShape: readonly number[];
  /** `blockIndptr` and `blockIndices`: the columns of the visible blocks, row by row, as in BSR. */
  readonly arrays: Record<string, MaskArray>;
}

export function blockLists(mask: BlockMask): BlockLists {
  const { blockShape, patterns } = mask;
  const [pattern, ...others] = patterns;
  if (pattern === undefined || others.length > 0) return { kind: 'many', blockShape, arrays: {} };
  const rows = Math.ceil(mask.queryLength / blockShape[0]);
  const indptr = new Int32Array(rows + 1);
  const lines: Int32Array[] = [];
  for (let row = 0; row < rows; row++) {
    const { columns, fill } = visibleBlocks(mask, pattern, row);
    if (fill.some((kind) => kind !== BLOCK_FULL)) return { kind: 'partial', blockShape, arrays: {} };
    indptr[row + 1] = indptr[row]! + columns.length;
    lines.push(columns);
  }
  const indices = new Int32Array(indptr[rows]!);
  for (const [row, columns] of lines.entries()) indices.set(columns, indptr[row]);
  return {
    kind: 'whole',
    blockShape,
    arrays: {
      blockIndptr: { elements: indptr, dtype: 'i32', shape: [indptr.length] },
      blockIndices: { elements: indices, dtype: 'i32', shape: [indices.length] },
    },
  };
}
