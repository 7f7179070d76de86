import type { BsrPattern } from '@sparsek/types';

/** Position of block (row, column) among a pattern's stored blocks, or -1. */
export function blockAt(pattern: BsrPattern, blockRow: number, blockColumn: number): number {
  let low = pattern.indptr[blockRow]!;
  let high = pattern.indptr[blockRow + 1]! - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const column = pattern.indices[middle]!;
    if (column === blockColumn) return middle;
    if (column < blockColumn) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
