import { InvalidArgumentError, type SpgemmInputs, type SpgemmProblem } from '@sparsek/types';
import { checkPattern } from '../check/bsr.js';
import {
  checkChoice,
  checkDtype,
  checkNumber,
  checkObject,
  checkOutputDtype,
  checkValues,
} from './arguments.js';
import { storedLength } from './stored-length.js';

/**
 * Checks what `planSpgemm` is given; with `validate`, both block structures too, in linear time.
 *
 * @throws InvalidArgumentError for an argument of the wrong type or range, and for structures that do not fit together.
 * @throws InvalidMatrixError where the arrays of a pattern contradict each other.
 */
export function checkSpgemmProblem(problem: SpgemmProblem, validate: boolean): void {
  checkObject(problem, 'problem');
  const { a, b } = problem;
  if (validate) {
    checkPattern(a, 'a');
    checkPattern(b, 'b');
  }
  if (b.shape[0] !== a.shape[1]) {
    throw new InvalidArgumentError('b.shape[0]', `${a.shape[1]} (the columns of a)`, b.shape[0]);
  }
  if (b.blockShape[0] !== a.blockShape[1]) {
    throw new InvalidArgumentError(
      'b.blockShape[0]',
      `${a.blockShape[1]} (a's block width)`,
      b.blockShape[0],
    );
  }
  checkDtype(problem.dtype, 'dtype');
  checkChoice(problem.output ?? 'bsr', ['bsr', 'dense'], 'output');
  checkOutputDtype(problem.outputDtype);
}

/**
 * Checks what a plan of a checked problem is run with, in constant time.
 *
 * @throws InvalidArgumentError for an argument of the wrong type or length.
 */
export function checkSpgemmInputs({ a, b, dtype }: SpgemmProblem, inputs: SpgemmInputs): void {
  checkObject(inputs, 'inputs');
  checkValues(inputs.aValues, dtype, storedLength(a), 'aValues');
  checkValues(inputs.bValues, dtype, storedLength(b), 'bValues');
  checkNumber(inputs.alpha, 'alpha');
}
