import { checkDense } from '@sparsek/bsr';
import {
  type DenseMatrix,
  type Dtype,
  InvalidArgumentError,
  type Shape,
  type SpmmInputs,
  type SpmmProblem,
} from '@sparsek/types';
import { checkChoice, checkCount, checkDtype, checkFloats, checkNumber } from './arguments.js';

/** What `spmm` and `spmm24` have in common: A's shape after op, the dense side and the dtypes. */
export interface Product {
  readonly shape: Shape;
  readonly side: 'left' | 'right';
  readonly denseExtent: number;
  readonly dtype: Dtype;
  readonly outputDtype: Dtype;
}

export function checkProduct(problem: Pick<SpmmProblem, 'denseExtent' | 'outputDtype' | 'activation'>): void {
  checkCount(problem.denseExtent, 'denseExtent');
  if (problem.outputDtype !== undefined) checkDtype(problem.outputDtype, 'outputDtype');
  if (problem.activation !== undefined) {
    checkChoice(problem.activation, ['none', 'relu', 'gelu', 'silu'], 'activation');
  }
}

export function outputShape(product: Product): Shape {
  return product.side === 'left'
    ? [product.shape[0], product.denseExtent]
    : [product.denseExtent, product.shape[1]];
}

export function checkProductInputs(product: Product, inputs: Omit<SpmmInputs, 'values'>): void {
  const denseShape: Shape =
    product.side === 'left'
      ? [product.shape[1], product.denseExtent]
      : [product.denseExtent, product.shape[0]];
  checkOperand(inputs.dense, denseShape, product.dtype, 'dense');
  checkNumber(inputs.alpha, 'alpha');
  checkNumber(inputs.beta, 'beta');
  checkFloats(inputs.bias, product.side === 'left' ? product.shape[0] : product.shape[1], 'bias');
  const shape = outputShape(product);
  if ((inputs.beta ?? 0) !== 0) {
    if (inputs.c === undefined)
      throw new InvalidArgumentError('c', 'a dense matrix, since beta is not 0', inputs.c);
    checkOperand(inputs.c, shape, product.outputDtype, 'c');
  }
  if (inputs.out !== undefined) {
    checkOperand(inputs.out, shape, product.outputDtype, 'out');
    checkPacked(inputs.out);
  }
}

/** A dense matrix of a known shape and dtype. */
export function checkOperand(matrix: DenseMatrix, shape: Shape, dtype: Dtype, name: string): void {
  checkDense(matrix, name);
  if (matrix.shape[0] !== shape[0] || matrix.shape[1] !== shape[1]) {
    throw new InvalidArgumentError(`${name}.shape`, `[${shape.join(', ')}]`, matrix.shape);
  }
  if (matrix.dtype !== dtype) throw new InvalidArgumentError(`${name}.dtype`, `'${dtype}'`, matrix.dtype);
}

function checkPacked(out: DenseMatrix): void {
  if (out.order === 'column') throw new InvalidArgumentError('out.order', "'row'", out.order);
  if ((out.leadingDimension ?? out.shape[1]) !== out.shape[1]) {
    throw new InvalidArgumentError(
      'out.leadingDimension',
      `${out.shape[1]} (tightly packed)`,
      out.leadingDimension,
    );
  }
}
