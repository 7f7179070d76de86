import type { BsrPattern } from '@sparsek/types';

/** Block rows and columns of a pattern, edge blocks included. */
export interface BlockExtent {
  readonly blockRows: number;
  readonly blockColumns: number;
  /** Number of stored blocks. */
  readonly blocks: number;
  /** Elements of one block. */
  readonly area: number;
}

export function blockExtent(pattern: BsrPattern): BlockExtent {
  const [rows, columns] = pattern.shape;
  const [height, width] = pattern.blockShape;
  return {
    blockRows: Math.ceil(rows / height),
    blockColumns: Math.ceil(columns / width),
    blocks: pattern.indices.length,
    area: height * width,
  };
}
