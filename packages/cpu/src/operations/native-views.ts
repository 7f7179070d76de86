import type { BsrPattern, DenseMatrix } from '@sparsek/types';
import type { NativeDense, NativePattern } from '../native/addon.js';

export function nativePattern({ shape, blockShape, indptr, indices }: BsrPattern): NativePattern {
  return {
    rows: shape[0],
    columns: shape[1],
    height: blockShape[0],
    width: blockShape[1],
    indptr,
    indices,
  };
}

/** A matrix by its strides; with `transposed`, its transpose over the same memory. */
export function nativeDense(matrix: DenseMatrix, transposed = false): NativeDense {
  const [rows, columns] = matrix.shape;
  const byRow = (matrix.order ?? 'row') === 'row';
  const leading = matrix.leadingDimension ?? (byRow ? columns : rows);
  const rowStride = byRow ? leading : 1;
  const columnStride = byRow ? 1 : leading;
  const { values } = matrix;
  return transposed
    ? { rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride, values }
    : { rows, columns, rowStride, columnStride, values };
}
