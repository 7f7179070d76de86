import type { BsrMatrix, BsrPattern } from '@sparsek/types';
import { checkBsr, checkPattern } from '../check/bsr.js';
import { bitView } from '../values/nonzero.js';
import { blockExtent } from './extent.js';

export interface BsrStatistics {
  /** Block rows and block columns, edge blocks included. */
  readonly blockRows: number;
  readonly blockColumns: number;
  /** Stored blocks. */
  readonly blocks: number;
  /** Stored blocks as a share of all blocks; 0 when there are none. */
  readonly density: number;
  /** Stored elements inside the shape. */
  readonly storedElements: number;
  /** Nonzero elements (NaN counts, -0 does not); absent for a pattern without values. */
  readonly nonzeros?: number;
  /** Nonzero elements as a share of the stored ones inside the shape: how well the blocks are used. */
  readonly fill?: number;
  /** Entry n is the number of block rows that store n blocks; its length is the longest row + 1. */
  readonly rowHistogram: readonly number[];
  readonly emptyRows: number;
  readonly longestRow: number;
  readonly meanRow: number;
  /** Longest block row divided by the mean one: 1 is perfectly even; 0 when nothing is stored. */
  readonly imbalance: number;
  /** Memory of indptr, indices and values, in bytes. */
  readonly bytes: number;
}

/** What a matrix or pattern stores. Linear in the stored values (of a pattern: in its blocks). */
export function statistics(matrix: BsrMatrix | BsrPattern): BsrStatistics {
  const withValues = 'values' in matrix && 'dtype' in matrix ? matrix : undefined;
  if (withValues) checkBsr(withValues, 'matrix');
  else checkPattern(matrix, 'matrix');
  const { blockRows, blockColumns, blocks } = blockExtent(matrix);
  let longestRow = 0;
  for (let r = 0; r < blockRows; r++)
    longestRow = Math.max(longestRow, matrix.indptr[r + 1]! - matrix.indptr[r]!);
  const rowHistogram = new Array<number>(longestRow + 1).fill(0);
  for (let r = 0; r < blockRows; r++) rowHistogram[matrix.indptr[r + 1]! - matrix.indptr[r]!]!++;

  const storedElements = countStored(matrix);
  const meanRow = blockRows === 0 ? 0 : blocks / blockRows;
  const common = {
    blockRows,
    blockColumns,
    blocks,
    density: blocks === 0 ? 0 : blocks / (blockRows * blockColumns),
    storedElements,
    rowHistogram,
    emptyRows: rowHistogram[0]!,
    longestRow,
    meanRow,
    imbalance: blocks === 0 ? 0 : longestRow / meanRow,
    bytes: matrix.indptr.byteLength + matrix.indices.byteLength + (withValues?.values.byteLength ?? 0),
  };
  if (withValues === undefined) return common;
  const nonzeros = countNonzeros(withValues);
  return { ...common, nonzeros, fill: storedElements === 0 ? 0 : nonzeros / storedElements };
}

function countStored(pattern: BsrPattern): number {
  const [rows, columns] = pattern.shape;
  const [height, width] = pattern.blockShape;
  const { blockRows, blockColumns } = blockExtent(pattern);
  const lastWidth = columns - (blockColumns - 1) * width;
  let stored = 0;
  for (let r = 0; r < blockRows; r++) {
    const begin = pattern.indptr[r]!;
    const end = pattern.indptr[r + 1]!;
    const ragged = end > begin && pattern.indices[end - 1] === blockColumns - 1 ? width - lastWidth : 0;
    stored += Math.min(height, rows - r * height) * ((end - begin) * width - ragged);
  }
  return stored;
}

function countNonzeros(matrix: BsrMatrix): number {
  const { bits, mask } = bitView(matrix.values, matrix.dtype);
  let nonzeros = 0;
  for (let i = 0; i < bits.length; i++) if ((bits[i]! & mask) !== 0) nonzeros++;
  return nonzeros;
}
