import { attentionShape } from '@sparsek/bsr/problem';
import type { AttentionInputs, AttentionProblem, AttentionResult } from '@sparsek/types';
import { encode } from '../numeric/values.js';
import { allRows, tokenStart } from '../reference/attention.js';

/** Rounds O, given row by row, into a tensor of the problem's layout, and the log-sum-exp to float32. */
export function attentionOutput(
  problem: AttentionProblem,
  inputs: AttentionInputs,
  computed: { readonly o: Float64Array; readonly lse: Float64Array },
): AttentionResult {
  const dtype = problem.outputDtype ?? problem.dtype;
  const valueDim = problem.valueDim ?? problem.headDim;
  const shape = attentionShape(problem, problem.heads, problem.mask.queryLength, valueDim);
  const numbers = new Float64Array(computed.o.length);
  for (const [r, { batch, head, query }] of allRows(problem).entries()) {
    const row = computed.o.subarray(r * valueDim, (r + 1) * valueDim);
    numbers.set(row, tokenStart({ shape }, problem.layout, batch, head, query));
  }
  const values = encode(numbers, dtype);
  inputs.out?.values.set(values);
  const o = inputs.out ?? { shape, dtype, values };
  return inputs.lse === true ? { o, lse: Float32Array.from(computed.lse) } : { o };
}
