import {
  type Dtype,
  InvalidArgumentError,
  type Shape,
  type SpmmInputs,
  type SpmmProblem,
} from '@sparsek/types';
import {
  checkChoice,
  checkExtent,
  checkFloats,
  checkNumber,
  checkObject,
  checkOutputDtype,
} from './arguments.js';
import { checkOperand, checkOutput } from './operand.js';

/** What the inputs of `spmm` and `spmm24` must fit, all known from the problem. */
export interface Product {
  /** Shape of B. */
  readonly dense: Shape;
  /** Shape of C and of the result. */
  readonly output: Shape;
  /** Entries of the bias. */
  readonly features: number;
  /** Of A and B. */
  readonly dtype: Dtype;
  /** Of C and of the result. */
  readonly outputDtype: Dtype;
}

/** What `spmm` and `spmm24` have in common in their problems. */
export function checkProduct(problem: Pick<SpmmProblem, 'denseExtent' | 'outputDtype' | 'activation'>): void {
  checkExtent(problem.denseExtent, 'denseExtent');
  checkOutputDtype(problem.outputDtype);
  checkChoice(problem.activation ?? 'none', ['none', 'relu', 'gelu', 'silu'], 'activation');
}

/** What `spmm` and `spmm24` have in common in their inputs: everything but A's values. */
export function checkProductInputs(product: Product, inputs: Omit<SpmmInputs, 'values'>): void {
  checkObject(inputs, 'inputs');
  const { output, outputDtype } = product;
  checkOperand(inputs.dense, product.dense, product.dtype, 'dense');
  checkNumber(inputs.alpha, 'alpha');
  checkNumber(inputs.beta, 'beta');
  checkFloats(inputs.bias, product.features, 'bias');
  if ((inputs.beta ?? 0) !== 0) {
    if (inputs.c === undefined) {
      throw new InvalidArgumentError('c', 'a dense matrix, since beta is not 0', inputs.c);
    }
    checkOperand(inputs.c, output, outputDtype, 'c');
  }
  if (inputs.out !== undefined) checkOutput(inputs.out, output, outputDtype, 'out');
}
