import type { Spmm24Inputs, Spmm24Problem } from '@sparsek/types';
import { checkHybrid } from '../check/hybrid.js';
import { checkSparse24 } from '../check/sparse24.js';
import { checkDtype, checkObject } from './arguments.js';
import { checkProduct, checkProductInputs, type Product } from './product.js';

/**
 * Checks what `planSpmm24` is given; with `validate`, A's structure too, in linear time.
 *
 * @throws InvalidArgumentError for an argument of the wrong type or range.
 * @throws InvalidMatrixError where the arrays of A contradict each other.
 */
export function checkSpmm24Problem(problem: Spmm24Problem, validate: boolean): void {
  checkObject(problem, 'problem');
  const { a } = problem;
  checkObject(a, 'a');
  if (validate) {
    if ('kinds' in a) checkHybrid(a, 'a');
    else checkSparse24(a, 'a');
  }
  checkDtype(a.dtype, 'a.dtype');
  checkProduct(problem);
}

/** Shapes and dtypes of a checked problem. */
export function spmm24Product({ a, denseExtent: n, outputDtype = a.dtype }: Spmm24Problem): Product {
  const [m, k] = a.shape;
  return { dense: [k, n], output: [m, n], features: m, dtype: a.dtype, outputDtype };
}

/**
 * Checks what a plan of a checked problem is run with, in constant time.
 *
 * @throws InvalidArgumentError for an argument of the wrong type, shape or dtype.
 * @throws InvalidMatrixError when a dense matrix has too few values.
 */
export function checkSpmm24Inputs(problem: Spmm24Problem, inputs: Spmm24Inputs): void {
  checkProductInputs(spmm24Product(problem), inputs);
}
