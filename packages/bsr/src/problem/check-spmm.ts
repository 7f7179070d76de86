import type { Shape, SpmmInputs, SpmmProblem } from '@sparsek/types';
import { checkPattern } from '../check/bsr.js';
import { checkChoice, checkDtype, checkObject, checkValues } from './arguments.js';
import { checkProduct, checkProductInputs, type Product } from './product.js';
import { storedLength } from './stored-length.js';

/**
 * Checks what `planSpmm` is given; with `validate`, the block structure too, in linear time.
 *
 * @throws InvalidArgumentError for an argument of the wrong type or range.
 * @throws InvalidMatrixError where the arrays of the pattern contradict each other.
 */
export function checkSpmmProblem(problem: SpmmProblem, validate: boolean): void {
  checkObject(problem, 'problem');
  if (validate) checkPattern(problem.pattern, 'pattern');
  checkDtype(problem.dtype, 'dtype');
  checkChoice(problem.side ?? 'left', ['left', 'right'], 'side');
  checkChoice(problem.precision ?? 'exact', ['exact', 'tf32'], 'precision');
  checkProduct(problem);
}

/** Shapes and dtypes of a checked problem. */
export function spmmProduct(problem: SpmmProblem): Product {
  const { pattern, dtype, outputDtype = dtype, side, transpose, denseExtent: n } = problem;
  const [m, k]: Shape = transpose === true ? [pattern.shape[1], pattern.shape[0]] : pattern.shape;
  return side === 'right'
    ? { dense: [n, m], output: [n, k], features: k, dtype, outputDtype }
    : { dense: [k, n], output: [m, n], features: m, dtype, outputDtype };
}

/**
 * Checks what a plan of a checked problem is run with, in constant time. Whether arrays overlap is not checked: that
 * matters to some backends only.
 *
 * @throws InvalidArgumentError for an argument of the wrong type, shape or dtype.
 * @throws InvalidMatrixError when a dense matrix has too few values.
 */
export function checkSpmmInputs(problem: SpmmProblem, inputs: SpmmInputs): void {
  checkProductInputs(spmmProduct(problem), inputs);
  checkValues(inputs.values, problem.dtype, storedLength(problem.pattern), 'values');
}
