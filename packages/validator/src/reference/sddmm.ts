import type { SddmmInputs, SddmmProblem } from '@sparsek/types';
import { packedRows } from './dense.js';
import { PRODUCTS_A_STEP, runSteps, type Steps } from './steps.js';
import { visitBlocks } from './stored-elements.js';

/** `sddmm` in float64, not rounded: the values of the layout's blocks, zero outside the shape. */
export function referenceSddmm(problem: SddmmProblem, inputs: SddmmInputs): Float64Array {
  return runSteps(sddmmSteps(problem, inputs));
}

export function* sddmmSteps(problem: SddmmProblem, inputs: SddmmInputs): Steps<Float64Array> {
  const { pattern, inner } = problem;
  const a = packedRows(inputs.a);
  const b = packedRows(inputs.b);
  const n = pattern.shape[1];
  const wanted: [row: number, column: number, position: number][] = [];
  visitBlocks(pattern, (...place) => wanted.push(place));
  const values = new Float64Array(pattern.indices.length * pattern.blockShape[0] * pattern.blockShape[1]);
  const elementsAStep = Math.ceil(PRODUCTS_A_STEP / Math.max(1, inner));
  for (const [done, [row, column, position]] of wanted.entries()) {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a[row * inner + k]! * b[k * n + column]!;
    values[position] = (inputs.alpha ?? 1) * sum;
    if (done % elementsAStep === 0) yield done / wanted.length;
  }
  return values;
}
