import { checkDense } from '@sparsek/bsr';
import {
  type DenseMatrix,
  type Dtype,
  InvalidArgumentError,
  type Shape,
  type SpmmInputs,
  type SpmmProblem,
} from '@sparsek/types';
import {
  checkApart,
  checkChoice,
  checkCount,
  checkFixedMemory,
  checkFloats,
  checkNumber,
  checkObject,
  checkOutputDtype,
  overlap,
} from './arguments.js';

/** What the inputs of `spmm` and `spmm24` must fit. */
export interface Product {
  /** Of op(A). */
  readonly shape: Shape;
  readonly side: 'left' | 'right';
  readonly denseExtent: number;
  readonly dtype: Dtype;
  readonly outputDtype: Dtype;
}

export function checkProduct(problem: Pick<SpmmProblem, 'denseExtent' | 'outputDtype' | 'activation'>): void {
  checkCount(problem.denseExtent, 'denseExtent');
  checkOutputDtype(problem.outputDtype);
  checkChoice(problem.activation ?? 'none', ['none', 'relu', 'gelu', 'silu'], 'activation');
}

export function outputShape({ side, shape, denseExtent }: Product): Shape {
  return side === 'left' ? [shape[0], denseExtent] : [denseExtent, shape[1]];
}

export function checkProductInputs(product: Product, inputs: Omit<SpmmInputs, 'values'>): void {
  checkObject(inputs, 'inputs');
  const { side, shape, denseExtent, dtype, outputDtype } = product;
  checkOperand(
    inputs.dense,
    side === 'left' ? [shape[1], denseExtent] : [denseExtent, shape[0]],
    dtype,
    'dense',
  );
  checkNumber(inputs.alpha, 'alpha');
  checkNumber(inputs.beta, 'beta');
  checkFloats(inputs.bias, side === 'left' ? shape[0] : shape[1], 'bias');
  const result = outputShape(product);
  const readsC = (inputs.beta ?? 0) !== 0;
  if (readsC) {
    if (inputs.c === undefined) {
      throw new InvalidArgumentError('c', 'a dense matrix, since beta is not 0', inputs.c);
    }
    checkOperand(inputs.c, result, outputDtype, 'c');
  }
  if (inputs.out === undefined) return;
  checkOperand(inputs.out, result, outputDtype, 'out');
  checkPacked(inputs.out);
  checkApart(inputs.out.values, inputs.dense.values, 'dense');
  checkApart(inputs.out.values, inputs.bias, 'bias');
  if (readsC && inputs.c !== undefined) checkSameOrApart(inputs.out, inputs.c);
}

/** A dense matrix of a known shape and dtype. */
export function checkOperand(matrix: DenseMatrix, shape: Shape, dtype: Dtype, name: string): void {
  checkDense(matrix, name);
  if (matrix.shape[0] !== shape[0] || matrix.shape[1] !== shape[1]) {
    throw new InvalidArgumentError(`${name}.shape`, `[${shape.join(', ')}]`, matrix.shape);
  }
  if (matrix.dtype !== dtype) throw new InvalidArgumentError(`${name}.dtype`, `'${dtype}'`, matrix.dtype);
  checkFixedMemory(matrix.values, `${name}.values`);
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
  const length = out.shape[0] * out.shape[1];
  if (out.values.length < length) {
    throw new InvalidArgumentError('out.values', `an array of length ${length}`, out.values);
  }
}

/** `out` may lie in C's place exactly: an element is read just before it is written. */
function checkSameOrApart(out: DenseMatrix, c: DenseMatrix): void {
  if (!overlap(out.values, c.values)) return;
  const same =
    out.values.byteOffset === c.values.byteOffset &&
    (c.order ?? 'row') === 'row' &&
    (c.leadingDimension ?? c.shape[1]) === c.shape[1];
  if (!same) throw new InvalidArgumentError('out', 'the memory of c, or memory apart from c', 'an overlap');
}
