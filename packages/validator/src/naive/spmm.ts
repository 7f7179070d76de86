import type { Spmm24Inputs, Spmm24Problem, SpmmInputs, SpmmProblem } from '@sparsek/types';
import { activate } from '../numeric/activate.js';
import { roundTo } from '../numeric/round.js';
import { decode } from '../numeric/values.js';
import { packedRows } from '../reference/dense.js';
import { storedElements } from '../reference/spmm24.js';
import { blockElements, type StoredElements } from '../reference/stored-elements.js';

const { fround } = Math;

/**
 * `spmm` as the simplest float32 code computes it: products added one after the other in float32, every step of the
 * epilogue rounded to float32, the result rounded to the output dtype.
 */
export function naiveSpmm(problem: SpmmProblem, inputs: SpmmInputs): Float64Array {
  const stored = blockElements(problem.pattern, decode(inputs.values, problem.dtype));
  const [m, k] = problem.pattern.shape;
  const outputDtype = problem.outputDtype ?? problem.dtype;
  return problem.transpose === true
    ? naiveProduct(
        { ...stored, rows: stored.columns, columns: stored.rows },
        [k, m],
        { ...problem, outputDtype },
        inputs,
      )
    : naiveProduct(stored, [m, k], { ...problem, outputDtype }, inputs);
}

/** `spmm24` in the same way as {@link naiveSpmm}. */
export function naiveSpmm24(problem: Spmm24Problem, inputs: Spmm24Inputs): Float64Array {
  const outputDtype = problem.outputDtype ?? problem.a.dtype;
  return naiveProduct(storedElements(problem.a), problem.a.shape, { ...problem, outputDtype }, inputs);
}

function naiveProduct(
  a: StoredElements,
  shape: readonly [number, number],
  problem: Pick<SpmmProblem, 'side' | 'denseExtent' | 'activation'> &
    Required<Pick<SpmmProblem, 'outputDtype'>>,
  inputs: Omit<SpmmInputs, 'values'>,
): Float64Array {
  const left = problem.side !== 'right';
  const n = problem.denseExtent;
  const b = packedRows(inputs.dense);
  const [outRows, outColumns] = left ? [shape[0], n] : [n, shape[1]];
  const sums = new Float32Array(outRows * outColumns);
  for (let e = 0; e < a.values.length; e++) {
    const row = a.rows[e]!;
    const column = a.columns[e]!;
    const value = a.values[e]!;
    // Storing to a Float32Array rounds the sum; the product of two float32 is rounded before.
    if (left) {
      for (let x = 0; x < n; x++) sums[row * n + x]! += fround(value * b[column * n + x]!);
    } else {
      for (let x = 0; x < n; x++) sums[x * outColumns + column]! += fround(b[x * shape[0] + row]! * value);
    }
  }
  const { alpha = 1, beta = 0, bias } = inputs;
  const c = beta === 0 || inputs.c === undefined ? undefined : packedRows(inputs.c);
  return Float64Array.from(sums, (sum, i) => {
    let x = fround(fround(alpha) * sum);
    if (c !== undefined) x = fround(x + fround(fround(beta) * c[i]!));
    if (bias !== undefined) x = fround(x + bias[left ? Math.floor(i / outColumns) : i % outColumns]!);
    return roundTo(activate(x, problem.activation ?? 'none'), problem.outputDtype);
  });
}
