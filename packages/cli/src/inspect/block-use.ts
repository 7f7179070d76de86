import type { BlockShape, BsrPattern } from '@sparsek/types';

/** How entries would lie in blocks of one shape. */
export interface BlockUse {
  readonly blockShape: BlockShape;
  /** Blocks that hold an entry. */
  readonly blocks: number;
  /** They, as a share of all blocks. */
  readonly density: number;
  /** Entries as a share of the elements of these blocks, edges counted whole. */
  readonly fill: number;
}

/** Counts the blocks that entries (blocks of 1 x 1) touch, in time linear in entries and block columns. */
export function blockUse(entries: BsrPattern, blockShape: BlockShape): BlockUse {
  const [rows, columns] = entries.shape;
  const [height, width] = blockShape;
  const blockRows = Math.ceil(rows / height);
  const blockColumns = Math.ceil(columns / width);
  /** Block row + 1 that touched a block column last. */
  const touched = new Int32Array(blockColumns);
  let blocks = 0;
  for (let r = 0; r < blockRows; r++) {
    const end = entries.indptr[Math.min(rows, (r + 1) * height)]!;
    for (let p = entries.indptr[r * height]!; p < end; p++) {
      const column = Math.floor(entries.indices[p]! / width);
      if (touched[column] === r + 1) continue;
      touched[column] = r + 1;
      blocks++;
    }
  }
  return {
    blockShape,
    blocks,
    density: blocks === 0 ? 0 : blocks / (blockRows * blockColumns),
    fill: blocks === 0 ? 0 : entries.indices.length / (blocks * height * width),
  };
}
