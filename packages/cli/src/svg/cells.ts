import type { BsrPattern } from '@sparsek/types';

/** A pattern as a grid of cells that each cover a number of blocks. */
export interface CellGrid {
  readonly rows: number;
  readonly columns: number;
  /** Blocks that one cell spans, down and across. */
  readonly blocksPerCell: readonly [rows: number, columns: number];
  /** Stored blocks of each cell as a share of the blocks that it spans, row by row. */
  readonly shares: Float64Array;
}

/** Cells along the longer side. With 64 x 64 cells a drawing has at most 4096 rectangles. */
export const MOST_CELLS = 64;

/** Gathers blocks into cells so that neither side has more than 64; where blocks are few, each is one cell. */
export function cellGrid(pattern: BsrPattern): CellGrid {
  const blockRows = Math.ceil(pattern.shape[0] / pattern.blockShape[0]);
  const blockColumns = Math.ceil(pattern.shape[1] / pattern.blockShape[1]);
  const perRow = Math.max(1, Math.ceil(blockRows / MOST_CELLS));
  const perColumn = Math.max(1, Math.ceil(blockColumns / MOST_CELLS));
  const rows = Math.ceil(blockRows / perRow);
  const columns = Math.ceil(blockColumns / perColumn);
  const shares = new Float64Array(rows * columns);
  for (let r = 0; r < blockRows; r++) {
    const offset = Math.floor(r / perRow) * columns;
    for (let p = pattern.indptr[r]!; p < pattern.indptr[r + 1]!; p++) {
      const cell = offset + Math.floor(pattern.indices[p]! / perColumn);
      shares[cell] = shares[cell]! + 1;
    }
  }
  for (let r = 0; r < rows; r++) {
    const height = Math.min(perRow, blockRows - r * perRow);
    for (let c = 0; c < columns; c++) {
      const width = Math.min(perColumn, blockColumns - c * perColumn);
      shares[r * columns + c] = shares[r * columns + c]! / (height * width);
    }
  }
  return { rows, columns, blocksPerCell: [perRow, perColumn], shares };
}
