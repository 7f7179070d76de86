import type { SpgemmInputs, SpgemmProblem } from '@sparsek/types';
import { roundTo } from '../numeric/round.js';
import { decode } from '../numeric/values.js';
import { blocksToDense, productPattern } from '../reference/spgemm.js';
import { blockElements, visitBlocks } from '../reference/stored-elements.js';

const { fround } = Math;

/** `spgemm` with float32 sums of float32 products, rounded to the output dtype, in C's blocks. */
export function naiveSpgemm(problem: SpgemmProblem, inputs: SpgemmInputs): Float64Array {
  const { a, b } = problem;
  const pattern = productPattern(a, b);
  const n = b.shape[1];
  const aElements = blockElements(a, decode(inputs.aValues, problem.dtype));
  const bDense = blocksToDense(b, decode(inputs.bValues, problem.dtype));
  const bStored = blocksToDense(b, new Float64Array(inputs.bValues.length).fill(1));
  const sums = new Float32Array(a.shape[0] * n);
  for (let e = 0; e < aElements.values.length; e++) {
    for (let x = 0; x < n; x++) {
      const factor = aElements.columns[e]! * n + x;
      if (bStored[factor] === 0) continue;
      sums[aElements.rows[e]! * n + x]! += fround(aElements.values[e]! * bDense[factor]!);
    }
  }
  const values = new Float64Array(pattern.indices.length * pattern.blockShape[0] * pattern.blockShape[1]);
  visitBlocks(pattern, (row, column, position) => {
    const x = fround(fround(inputs.alpha ?? 1) * sums[row * n + column]!);
    values[position] = roundTo(x, problem.outputDtype ?? problem.dtype);
  });
  return values;
}
