import { type DenseMatrix, InvalidArgumentError, InvalidMatrixError } from '@sparsek/types';
import { checkDtype, checkObject, checkShape, checkValuesType } from './arguments.js';

/**
 * Checks a dense matrix: extents, dtype, type of `values`, order, leading dimension, and that `values` is long enough.
 * Constant time.
 *
 * @throws InvalidArgumentError for an argument of the wrong type or range.
 * @throws InvalidMatrixError when `values` is too short for shape and leading dimension.
 */
export function checkDense(matrix: DenseMatrix, name = 'matrix'): void {
  checkObject(matrix, name, 'a dense matrix { shape, dtype, values }');
  checkShape(matrix.shape, `${name}.shape`);
  checkDtype(matrix.dtype, `${name}.dtype`);
  checkValuesType(matrix.values, matrix.dtype, `${name}.values`);
  const order = matrix.order ?? 'row';
  if (order !== 'row' && order !== 'column') {
    throw new InvalidArgumentError(`${name}.order`, "'row' or 'column'", matrix.order);
  }
  const { lines, lineLength, stride } = denseLines(matrix);
  if (!Number.isSafeInteger(stride) || stride < lineLength) {
    throw new InvalidArgumentError(
      `${name}.leadingDimension`,
      `an integer from ${lineLength} (the length of a ${order})`,
      matrix.leadingDimension,
    );
  }
  const needed = lines === 0 || lineLength === 0 ? 0 : (lines - 1) * stride + lineLength;
  if (!(matrix.values.length >= needed)) {
    throw new InvalidMatrixError(
      `Expected at least ${needed} values for ${name}.values (${matrix.shape[0]} x ${matrix.shape[1]}, leading ` +
        `dimension ${stride}) but received length ${matrix.values.length}`,
    );
  }
}

/** A dense matrix as lines that are contiguous in memory: its rows in row order, its columns in column order. */
export interface DenseLines {
  readonly lines: number;
  readonly lineLength: number;
  /** Distance between the starts of two lines, in elements. */
  readonly stride: number;
}

export function denseLines(matrix: DenseMatrix): DenseLines {
  const [rows, columns] = matrix.shape;
  const byColumn = matrix.order === 'column';
  const lineLength = byColumn ? rows : columns;
  return { lines: byColumn ? columns : rows, lineLength, stride: matrix.leadingDimension ?? lineLength };
}
