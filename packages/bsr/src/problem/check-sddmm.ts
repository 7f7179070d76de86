import type { SddmmInputs, SddmmProblem } from '@sparsek/types';
import { checkPattern } from '../check/bsr.js';
import {
  checkDtype,
  checkExtent,
  checkNumber,
  checkObject,
  checkOutputDtype,
  checkValues,
} from './arguments.js';
import { checkOperand } from './operand.js';
import { storedLength } from './stored-length.js';

/**
 * Checks what `planSddmm` is given; with `validate`, the block structure too, in linear time.
 *
 * @throws InvalidArgumentError for an argument of the wrong type or range.
 * @throws InvalidMatrixError where the arrays of the pattern contradict each other.
 */
export function checkSddmmProblem(problem: SddmmProblem, validate: boolean): void {
  checkObject(problem, 'problem');
  if (validate) checkPattern(problem.pattern, 'pattern');
  checkDtype(problem.dtype, 'dtype');
  checkExtent(problem.inner, 'inner');
  checkOutputDtype(problem.outputDtype);
}

/**
 * Checks what a plan of a checked problem is run with, in constant time.
 *
 * @throws InvalidArgumentError for an argument of the wrong type, shape or dtype.
 * @throws InvalidMatrixError when a dense matrix has too few values.
 */
export function checkSddmmInputs(problem: SddmmProblem, inputs: SddmmInputs): void {
  checkObject(inputs, 'inputs');
  const { pattern, dtype, outputDtype = dtype, inner } = problem;
  checkOperand(inputs.a, [pattern.shape[0], inner], dtype, 'a');
  checkOperand(inputs.b, [inner, pattern.shape[1]], dtype, 'b');
  checkNumber(inputs.alpha, 'alpha');
  if (inputs.out !== undefined) checkValues(inputs.out, outputDtype, storedLength(pattern), 'out');
}
