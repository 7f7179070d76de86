import { visibleBlocks } from '@sparsek/bsr';
import { makePattern } from '../case/data.js';
import { makeMask } from '../case/masks.js';
import type { BenchCase } from '../case/schema.js';

/** A part of a pattern or mask as square cells. */
export interface BlockCells {
  readonly rows: number;
  readonly columns: number;
  /** Stored or visible blocks of each cell as a share of those that it spans, row by row. */
  readonly shares: Float64Array;
  /** What the cells show. */
  readonly what: string;
}

/** Cells along a side: few enough to be told apart. */
const SIDE = 48;
/** Of uniform random blocks any corner looks like the whole, and single blocks can be seen there. */
const CORNER = 32;

/** The pattern of a case, made again from its seed; of masks that differ by head, that of the first head. */
export function blockCells(benchCase: BenchCase): BlockCells {
  if (benchCase.operation === 'attention') {
    const mask = makeMask(benchCase);
    const pattern = mask.patterns[mask.headMap[0]!]!;
    const [blockRows, blockColumns] = extent([mask.queryLength, mask.keyLength], mask.blockShape);
    const several = mask.patterns.length > 1 ? 'the first head: ' : '';
    return gather([blockRows, blockColumns], `${several}all ${blockRows} x ${blockColumns} blocks`, (row) => {
      return visibleBlocks(mask, pattern, row).columns;
    });
  }
  const { m, k, pattern: spec, seed } = benchCase;
  const { indptr, indices } = makePattern([m, k], spec, seed);
  const [blockRows, blockColumns] = extent([m, k], spec.blockShape);
  const rowOf = (row: number) => indices.subarray(indptr[row], indptr[row + 1]);
  if (spec.kind !== 'uniform')
    return gather([blockRows, blockColumns], `all ${blockRows} x ${blockColumns} blocks`, rowOf);
  const [rows, columns] = [Math.min(CORNER, blockRows), Math.min(CORNER, blockColumns)];
  const what =
    rows < blockRows || columns < blockColumns
      ? `the first ${rows} x ${columns} of ${blockRows} x ${blockColumns} blocks`
      : `all ${rows} x ${columns} blocks`;
  return gather([rows, columns], what, rowOf);
}

const extent = (shape: readonly [number, number], block: readonly [number, number]) =>
  [Math.ceil(shape[0] / block[0]), Math.ceil(shape[1] / block[1])] as const;

/** Several blocks a cell where there are more than have room. */
function gather(
  [blockRows, blockColumns]: readonly [number, number],
  what: string,
  rowOf: (row: number) => Int32Array,
): BlockCells {
  const [down, across] = [Math.ceil(blockRows / SIDE), Math.ceil(blockColumns / SIDE)];
  const [rows, columns] = [Math.ceil(blockRows / down), Math.ceil(blockColumns / across)];
  const shares = new Float64Array(rows * columns);
  for (let row = 0; row < blockRows; row++) {
    const offset = Math.floor(row / down) * columns;
    const height = Math.min(down, blockRows - Math.floor(row / down) * down);
    for (const block of rowOf(row)) {
      if (block >= blockColumns) break;
      const column = Math.floor(block / across);
      const width = Math.min(across, blockColumns - column * across);
      shares[offset + column] = shares[offset + column]! + 1 / (height * width);
    }
  }
  return { rows, columns, shares, what };
}
