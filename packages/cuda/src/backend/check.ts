import { checkDense } from '@sparsek/bsr';
import {
  type DenseMatrix,
  DTYPES,
  type Dtype,
  InvalidArgumentError,
  type Shape,
  type Values,
} from '@sparsek/types';

// Checks that several operations share.

export function checkExtent(value: unknown, name: string, least = 0): void {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw new InvalidArgumentError(name, `an integer from ${least}`, value);
  }
}

export function checkChoice(value: unknown, choices: readonly unknown[], name: string): void {
  if (!choices.includes(value)) {
    throw new InvalidArgumentError(name, choices.map((choice) => `'${choice}'`).join(' or '), value);
  }
}

export function checkDtype(value: unknown, name: string): void {
  checkChoice(value, DTYPES, name);
}

export function checkNumber(value: unknown, name: string): void {
  if (typeof value !== 'number') throw new InvalidArgumentError(name, 'a number', value);
}

/** The typed array of a dtype, of one length. */
export function checkValues(
  values: unknown,
  dtype: Dtype,
  length: number,
  name: string,
): asserts values is Values {
  const type = dtype === 'f32' ? Float32Array : Uint16Array;
  if (!(values instanceof type) || values.length !== length) {
    throw new InvalidArgumentError(name, `a ${type.name} (${dtype}) of length ${length}`, values);
  }
}

export function checkFloats(values: unknown, length: number, name: string): void {
  if (values !== undefined) checkValues(values, 'f32', length, name);
}

/** A dense matrix of a known shape and dtype. */
export function checkOperand(matrix: DenseMatrix, shape: Shape, dtype: Dtype, name: string): void {
  checkDense(matrix, name);
  if (matrix.shape[0] !== shape[0] || matrix.shape[1] !== shape[1]) {
    throw new InvalidArgumentError(`${name}.shape`, `[${shape.join(', ')}]`, matrix.shape);
  }
  if (matrix.dtype !== dtype) throw new InvalidArgumentError(`${name}.dtype`, `'${dtype}'`, matrix.dtype);
}

/** A matrix that is written to: row order, tightly packed. */
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
