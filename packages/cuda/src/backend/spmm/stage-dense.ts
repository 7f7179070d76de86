import { allocateValues } from '@sparsek/bsr';
import type { DenseMatrix, Values } from '@sparsek/types';

/** The copy engine reads rows that start at multiples of 16 bytes; half types have 2 bytes an element. */
const ALIGNED_ELEMENTS = 8;

/** A dense matrix as it goes to the device: lines that the copy engine can read. */
export interface StagedDense {
  readonly values: Values;
  /** Elements between two lines. */
  readonly leading: number;
  readonly byColumn: boolean;
}

/** Hands on what is aligned already, without a copy. */
export function stageDense(matrix: DenseMatrix): StagedDense {
  const [rows, columns] = matrix.shape;
  const byColumn = matrix.order === 'column';
  const [lines, length] = byColumn ? [columns, rows] : [rows, columns];
  const stride = matrix.leadingDimension ?? length;
  if (stride % ALIGNED_ELEMENTS === 0) {
    const used = lines === 0 || length === 0 ? 0 : (lines - 1) * stride + length;
    return { values: matrix.values.subarray(0, used), leading: stride, byColumn };
  }
  const leading = Math.ceil(length / ALIGNED_ELEMENTS) * ALIGNED_ELEMENTS;
  const values = allocateValues(matrix.dtype, lines * leading);
  for (let line = 0; line < lines; line += 1) {
    values.set(matrix.values.subarray(line * stride, line * stride + length), line * leading);
  }
  return { values, leading, byColumn };
}

/** Row order without gaps, as `out` is: what C must be before it is added in place. */
export function packRows(matrix: DenseMatrix): Values {
  const [rows, columns] = matrix.shape;
  const { order = 'row', leadingDimension = order === 'row' ? columns : rows } = matrix;
  if (order === 'row' && leadingDimension === columns) return matrix.values.subarray(0, rows * columns);
  const packed = allocateValues(matrix.dtype, rows * columns);
  for (let r = 0; r < rows; r += 1) {
    for (let c = 0; c < columns; c += 1) {
      const from = order === 'row' ? r * leadingDimension + c : c * leadingDimension + r;
      packed[r * columns + c] = matrix.values[from]!;
    }
  }
  return packed;
}
