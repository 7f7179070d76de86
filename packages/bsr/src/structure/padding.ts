import type { BsrMatrix } from '@sparsek/types';
import { blockExtent } from './extent.js';

/** Sets what edge blocks hold outside the shape to zero, in place; for matrices that are still being built. */
export function clearPadding(matrix: BsrMatrix): void {
  const [rows, columns] = matrix.shape;
  const [height, width] = matrix.blockShape;
  const { blockRows, blockColumns, area } = blockExtent(matrix);
  const visibleColumns = columns - (blockColumns - 1) * width;
  for (let r = 0; r < blockRows; r++) {
    const begin = matrix.indptr[r]!;
    const end = matrix.indptr[r + 1]!;
    const visibleRows = Math.min(height, rows - r * height);
    if (visibleRows < height) {
      for (let p = begin; p < end; p++) matrix.values.fill(0, p * area + visibleRows * width, (p + 1) * area);
    }
    // Columns increase strictly, so that only the last block of a row can stand in the last block column.
    if (visibleColumns === width || end === begin || matrix.indices[end - 1] !== blockColumns - 1) continue;
    for (let i = 0; i < visibleRows; i++) {
      const row = (end - 1) * area + i * width;
      matrix.values.fill(0, row + visibleColumns, row + width);
    }
  }
}
