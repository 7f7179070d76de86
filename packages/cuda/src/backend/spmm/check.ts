import { checkPattern } from '@sparsek/bsr';
import {
  type BsrPattern,
  InvalidArgumentError,
  type Shape,
  type SpmmInputs,
  type SpmmProblem,
} from '@sparsek/types';
import {
  checkChoice,
  checkDtype,
  checkExtent,
  checkFloats,
  checkNumber,
  checkOperand,
  checkOutput,
  checkValues,
} from '../check.js';

/** Extents of the product, all known from the problem. */
export interface SpmmShapes {
  /** op(A). */
  readonly a: Shape;
  readonly dense: Shape;
  readonly output: Shape;
  /** Entries of the bias. */
  readonly features: number;
}

export function checkSpmmProblem(problem: SpmmProblem, validate: boolean): void {
  if (validate) checkPattern(problem.pattern, 'pattern');
  checkDtype(problem.dtype, 'dtype');
  if (problem.outputDtype !== undefined) checkDtype(problem.outputDtype, 'outputDtype');
  checkChoice(problem.side ?? 'left', ['left', 'right'], 'side');
  checkChoice(problem.activation ?? 'none', ['none', 'relu', 'gelu', 'silu'], 'activation');
  checkExtent(problem.denseExtent, 'denseExtent');
}

export function spmmShapes({ pattern, side, transpose, denseExtent }: SpmmProblem): SpmmShapes {
  const [rows, columns] = pattern.shape;
  const a: Shape = transpose ? [columns, rows] : [rows, columns];
  return side === 'right'
    ? { a, dense: [denseExtent, a[0]], output: [denseExtent, a[1]], features: a[1] }
    : { a, dense: [a[1], denseExtent], output: [a[0], denseExtent], features: a[0] };
}

export function valueCount({ indices, blockShape }: BsrPattern): number {
  return indices.length * blockShape[0] * blockShape[1];
}

export function checkSpmmInputs(problem: SpmmProblem, shapes: SpmmShapes, inputs: SpmmInputs): void {
  const { dtype, outputDtype = dtype } = problem;
  checkValues(inputs.values, dtype, valueCount(problem.pattern), 'values');
  checkOperand(inputs.dense, shapes.dense, dtype, 'dense');
  if (inputs.alpha !== undefined) checkNumber(inputs.alpha, 'alpha');
  if (inputs.beta !== undefined) checkNumber(inputs.beta, 'beta');
  checkFloats(inputs.bias, shapes.features, 'bias');
  if (inputs.beta !== undefined && inputs.beta !== 0) {
    if (inputs.c === undefined)
      throw new InvalidArgumentError('c', 'a matrix, since beta is not 0', inputs.c);
    checkOperand(inputs.c, shapes.output, outputDtype, 'c');
  }
  if (inputs.out !== undefined) checkOutput(inputs.out, shapes.output, outputDtype, 'out');
}
