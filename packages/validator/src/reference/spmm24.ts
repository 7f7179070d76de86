import type { Spmm24Inputs, Spmm24Problem } from '@sparsek/types';
import { productSteps } from './spmm.js';
import { runSteps, type Steps } from './steps.js';
import { hybridElements, type StoredElements, sparse24Elements } from './stored-elements.js';

/** `spmm24` in float64, not rounded: the result in row order. Only stored elements take part, as in `spmm`. */
export function referenceSpmm24(problem: Spmm24Problem, inputs: Spmm24Inputs): Float64Array {
  return runSteps(spmm24Steps(problem, inputs));
}

export function spmm24Steps(problem: Spmm24Problem, inputs: Spmm24Inputs): Steps<Float64Array> {
  return productSteps(storedElements(problem.a), problem.a.shape, problem, inputs);
}

export function storedElements(a: Spmm24Problem['a']): StoredElements {
  return 'kinds' in a ? hybridElements(a) : sparse24Elements(a);
}
