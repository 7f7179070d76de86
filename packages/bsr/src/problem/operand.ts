import { type DenseMatrix, type Dtype, InvalidArgumentError, type Shape } from '@sparsek/types';
import { checkDense } from '../check/dense.js';

/** A dense matrix of a known shape and dtype, in any order and with any leading dimension. */
export function checkOperand(matrix: DenseMatrix, shape: Shape, dtype: Dtype, name: string): void {
  checkDense(matrix, name);
  if (matrix.shape[0] !== shape[0] || matrix.shape[1] !== shape[1]) {
    throw new InvalidArgumentError(`${name}.shape`, `[${shape.join(', ')}]`, matrix.shape);
  }
  if (matrix.dtype !== dtype) throw new InvalidArgumentError(`${name}.dtype`, `'${dtype}'`, matrix.dtype);
}

/** A dense matrix that is written to: {@link checkOperand}, in row order and tightly packed. */
export function checkOutput(matrix: DenseMatrix, shape: Shape, dtype: Dtype, name: string): void {
  checkOperand(matrix, shape, dtype, name);
  if (matrix.order === 'column') throw new InvalidArgumentError(`${name}.order`, "'row'", matrix.order);
  const { leadingDimension = shape[1] } = matrix;
  if (leadingDimension !== shape[1]) {
    throw new InvalidArgumentError(
      `${name}.leadingDimension`,
      `${shape[1]} (tightly packed)`,
      leadingDimension,
    );
  }
}
