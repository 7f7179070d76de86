import type { DenseMatrix } from '@sparsek/types';
import { decode } from '../numeric/values.js';

/** The elements of a dense matrix, row by row and tightly packed, whatever their order and leading dimension. */
export function packedRows(matrix: DenseMatrix): Float64Array {
  const [rows, columns] = matrix.shape;
  const byColumn = matrix.order === 'column';
  const leadingDimension = matrix.leadingDimension ?? (byColumn ? rows : columns);
  const all = decode(matrix.values, matrix.dtype);
  const packed = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      packed[r * columns + c] = all[byColumn ? c * leadingDimension + r : r * leadingDimension + c]!;
    }
  }
  return packed;
}
