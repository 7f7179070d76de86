import type { SddmmInputs, SddmmProblem } from '@sparsek/types';
import { roundTo } from '../numeric/round.js';
import { packedRows } from '../reference/dense.js';
import { visitBlocks } from '../reference/stored-elements.js';

const { fround } = Math;

/** `sddmm` with float32 sums of float32 products, rounded to the output dtype. */
export function naiveSddmm(problem: SddmmProblem, inputs: SddmmInputs): Float64Array {
  const { pattern, inner } = problem;
  const a = packedRows(inputs.a);
  const b = packedRows(inputs.b);
  const n = pattern.shape[1];
  const values = new Float64Array(pattern.indices.length * pattern.blockShape[0] * pattern.blockShape[1]);
  visitBlocks(pattern, (row, column, position) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum = fround(sum + fround(a[row * inner + k]! * b[k * n + column]!));
    values[position] = roundTo(fround(fround(inputs.alpha ?? 1) * sum), problem.outputDtype ?? problem.dtype);
  });
  return values;
}
