import { allocateValues } from '@sparsek/bsr';
import type { DenseMatrix, Values } from '@sparsek/types';

/** The copy engine reads lines that start at multiples of 16 bytes; half types have 2 bytes an element. */
const ALIGNED_ELEMENTS = 8;

/** Y as it goes to the device: [K, N], in lines that the copy engine can read. */
export interface StagedDense {
  readonly values: Values;
  /** Elements between two lines. */
  readonly leading: number;
  /** Lines are columns. */
  readonly columnMajor: boolean;
}

/** Whether Y, the dense matrix or its transpose, lies in columns. */
export function isColumnMajor(matrix: DenseMatrix, transposed: boolean): boolean {
  return (matrix.order === 'column') !== transposed;
}

/** Y in the order that the kernel reads. Hands on what lies right already, without a copy. */
export function stageDense(matrix: DenseMatrix, transposed: boolean, columnMajor: boolean): StagedDense {
  const [rows, columns] = matrix.shape;
  const [lines, length] = matrix.order === 'column' ? [columns, rows] : [rows, columns];
  const stride = matrix.leadingDimension ?? length;
  if (isColumnMajor(matrix, transposed) !== columnMajor) {
    return { ...transposeLines(matrix, lines, length, stride), columnMajor };
  }
  if (stride % ALIGNED_ELEMENTS === 0) {
    const used = lines === 0 || length === 0 ? 0 : (lines - 1) * stride + length;
    return { values: matrix.values.subarray(0, used), leading: stride, columnMajor };
  }
  const leading = aligned(length);
  const values = allocateValues(matrix.dtype, lines * leading);
  for (let line = 0; line < lines; line += 1) {
    values.set(matrix.values.subarray(line * stride, line * stride + length), line * leading);
  }
  return { values, leading, columnMajor };
}

/** Edge of the squares that are transposed one after the other, so that both sides stay in the cache. */
const SQUARE = 32;

function transposeLines(
  { values, dtype }: DenseMatrix,
  lines: number,
  length: number,
  stride: number,
): { values: Values; leading: number } {
  const leading = aligned(lines);
  const turned = allocateValues(dtype, length * leading);
  for (let top = 0; top < lines; top += SQUARE) {
    for (let left = 0; left < length; left += SQUARE) {
      for (let line = top; line < Math.min(lines, top + SQUARE); line += 1) {
        for (let i = left; i < Math.min(length, left + SQUARE); i += 1) {
          turned[i * leading + line] = values[line * stride + i]!;
        }
      }
    }
  }
  return { values: turned, leading };
}

const aligned = (length: number) => Math.ceil(length / ALIGNED_ELEMENTS) * ALIGNED_ELEMENTS;

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
