import { allocateValues } from '@sparsek/bsr';
import { BYTES_PER_ELEMENT, type DenseMatrix, type Values } from '@sparsek/types';

/** The copy engine reads lines that start at multiples of this. */
const ALIGNMENT_BYTES = 16;

/** A dense matrix as it goes to the device: lines that the copy engine can read. */
export interface StagedDense {
  readonly values: Values;
  /** Elements between two lines. */
  readonly leading: number;
}

/** Hands on what is aligned already, without a copy. */
export function stageDense(matrix: DenseMatrix): StagedDense {
  const [rows, columns] = matrix.shape;
  const [lines, length] = matrix.order === 'column' ? [columns, rows] : [rows, columns];
  const stride = matrix.leadingDimension ?? length;
  const alignment = ALIGNMENT_BYTES / BYTES_PER_ELEMENT[matrix.dtype];
  if (stride % alignment === 0) {
    const used = lines === 0 || length === 0 ? 0 : (lines - 1) * stride + length;
    return { values: matrix.values.subarray(0, used), leading: stride };
  }
  const leading = Math.ceil(length / alignment) * alignment;
  const values = allocateValues(matrix.dtype, lines * leading);
  for (let line = 0; line < lines; line += 1) {
    values.set(matrix.values.subarray(line * stride, line * stride + length), line * leading);
  }
  return { values, leading };
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
