import type { BlockMask, MaskPattern } from '@sparsek/types';

/** Index into `mask.patterns` of the pattern that a head of a batch uses. */
export function patternIndexFor(mask: BlockMask, batch: number, head: number): number {
  return mask.headMap[(batch % mask.batches) * mask.heads + (head % mask.heads)]!;
}

/** The pattern that a head of a batch uses. */
export function patternFor(mask: BlockMask, batch: number, head: number): MaskPattern {
  return mask.patterns[patternIndexFor(mask, batch, head)]!;
}

/** Number of block rows (of queries) and block columns (of keys), ragged ends included. */
export function maskExtent(mask: BlockMask): { readonly blockRows: number; readonly blockColumns: number } {
  return {
    blockRows: Math.ceil(mask.queryLength / mask.blockShape[0]),
    blockColumns: Math.ceil(mask.keyLength / mask.blockShape[1]),
  };
}
