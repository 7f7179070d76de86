import type { SpmmInputs, SpmmProblem } from '@sparsek/types';
import { activate } from '../numeric/activate.js';
import { decode } from '../numeric/values.js';
import { packedRows } from './dense.js';
import { PRODUCTS_A_STEP, runSteps, type Steps } from './steps.js';
import { blockElements, type StoredElements } from './stored-elements.js';

/** `spmm` in float64, not rounded: the result in row order. Inputs are taken to be well-formed. */
export function referenceSpmm(problem: SpmmProblem, inputs: SpmmInputs): Float64Array {
  return runSteps(spmmSteps(problem, inputs));
}

export function spmmSteps(problem: SpmmProblem, inputs: SpmmInputs): Steps<Float64Array> {
  const a = blockElements(problem.pattern, decode(inputs.values, problem.dtype));
  const [m, k] = problem.pattern.shape;
  return problem.transpose === true
    ? productSteps({ ...a, rows: a.columns, columns: a.rows }, [k, m], problem, inputs)
    : productSteps(a, [m, k], problem, inputs);
}

/** activation(alpha * A B + beta * C + bias), or with B A for side `right`; `shape` is A's. */
export function* productSteps(
  a: StoredElements,
  shape: readonly [number, number],
  problem: Pick<SpmmProblem, 'side' | 'denseExtent' | 'activation'>,
  inputs: Omit<SpmmInputs, 'values'>,
): Steps<Float64Array> {
  const left = problem.side !== 'right';
  const n = problem.denseExtent;
  const b = packedRows(inputs.dense);
  const [outRows, outColumns] = left ? [shape[0], n] : [n, shape[1]];
  const sums = new Float64Array(outRows * outColumns);
  const elementsAStep = Math.ceil(PRODUCTS_A_STEP / Math.max(1, n));
  for (let e = 0; e < a.values.length; e++) {
    const row = a.rows[e]!;
    const column = a.columns[e]!;
    const value = a.values[e]!;
    if (left) {
      for (let x = 0; x < n; x++) sums[row * n + x]! += value * b[column * n + x]!;
    } else {
      for (let x = 0; x < n; x++) sums[x * outColumns + column]! += b[x * shape[0] + row]! * value;
    }
    if (e % elementsAStep === 0) yield e / a.values.length;
  }
  return finish(sums, outColumns, left, problem, inputs);
}

function finish(
  sums: Float64Array,
  outColumns: number,
  left: boolean,
  problem: Pick<SpmmProblem, 'activation'>,
  inputs: Omit<SpmmInputs, 'values'>,
): Float64Array {
  const { alpha = 1, beta = 0, bias } = inputs;
  const c = beta === 0 || inputs.c === undefined ? undefined : packedRows(inputs.c);
  return sums.map((sum, i) => {
    let x = alpha * sum;
    if (c !== undefined) x += beta * c[i]!;
    if (bias !== undefined) x += bias[left ? Math.floor(i / outColumns) : i % outColumns]!;
    return activate(x, problem.activation ?? 'none');
  });
}
