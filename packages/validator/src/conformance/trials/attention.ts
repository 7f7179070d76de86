import { attentionShape } from '@sparsek/bsr/problem';
import type {
  AttentionInputs,
  AttentionProblem,
  AttentionResult,
  AttentionTensor,
  Dtype,
  Plan,
  RunOptions,
} from '@sparsek/types';
import { attentionTolerance } from '../../bounds/attention-tolerance.js';
import {
  ATTENTION_ABSOLUTE,
  type Comparison,
  compare,
  type Expectation,
  LSE_ABSOLUTE,
} from '../../bounds/compare.js';
import { buildAttention } from '../../cases/build-attention.js';
import type { AttentionCase } from '../../cases/case.js';
import { firstDamage, guardedOutput } from '../../cases/guarded.js';
import { DISPOSE } from '../../dispose.js';
import { naiveAttention } from '../../naive/attention.js';
import { decode } from '../../numeric/values.js';
import { type AttentionRow, allRows, referenceAttention, tokenStart } from '../../reference/attention.js';
import type { Outcome, PlannedTrial, Trial } from '../trial.js';
import { firstFault, sameList, sameMemory } from './expect.js';

export function attentionTrial(testCase: AttentionCase): Trial {
  const { problem, inputs, guards } = buildAttention(testCase);
  const all = allRows(problem);
  const chosen = spread(all.length, testCase.sampledRows ?? all.length);
  const rows = chosen.map((r) => all[r]!);
  const valueDim = problem.valueDim ?? problem.headDim;
  return {
    dtype: testCase.dtype,
    takesOut: true,
    plan: async (backend, options) => planned(await backend.planAttention(problem, options), problem, inputs),
    compare: (numbers) => {
      const split = all.length * valueDim;
      const expected = attentionExpectation(problem, inputs, testCase.bounds === 'rounding', rows);
      const o = compare(
        pickRows(numbers.subarray(0, split), chosen, valueDim),
        expected.o,
        (e) => `O of ${rowName(rows[Math.floor(e / valueDim)]!)}, element ${e % valueDim}`,
      );
      const results = [testCase.sampledRows === undefined ? o : withoutNan(o, numbers.subarray(0, split))];
      if (inputs.lse === true) {
        results.push(compareLse(pickRows(numbers.subarray(split), chosen, 1), expected.lse, rows));
      }
      return results;
    },
    damage: () => firstDamage(guards),
  };
}

/** `count` numbers below `length`, evenly spread, the first and the last among them. */
function spread(length: number, count: number): number[] {
  if (count >= length) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.floor((i * (length - 1)) / (count - 1)));
}

function pickRows(numbers: Float64Array, rows: readonly number[], width: number): Float64Array {
  const picked = new Float64Array(rows.length * width);
  for (const [r, row] of rows.entries()) {
    picked.set(numbers.subarray(row * width, (row + 1) * width), r * width);
  }
  return picked;
}

/** Rows that are not compared must at least have been written: the result's memory held NaN. */
function withoutNan(comparison: Comparison, numbers: Float64Array): Comparison {
  const e = comparison.ok ? numbers.findIndex(Number.isNaN) : -1;
  return e < 0 ? comparison : { ...comparison, ok: false, failure: `element ${e} of O is NaN` };
}

/** What O and the log-sum-exp are held against, row by row as {@link allRows}, or for some rows only. */
export function attentionExpectation(
  problem: AttentionProblem,
  inputs: AttentionInputs,
  roundingOnly: boolean,
  sampled?: readonly AttentionRow[],
): { o: Expectation; lse: Expectation } {
  const options = sampled === undefined ? {} : { rows: sampled };
  const reference = referenceAttention(problem, inputs, options);
  const naive = naiveAttention(problem, inputs, options);
  const tolerance = attentionTolerance(problem, inputs, reference);
  const outputDtype = problem.outputDtype ?? problem.dtype;
  const o = { reference: reference.o, naive: naive.o, tolerance: tolerance.o, outputDtype };
  const lse = {
    reference: reference.lse,
    naive: naive.lse,
    tolerance: tolerance.lse,
    outputDtype: 'f32',
  } as const;
  if (roundingOnly) return { o, lse };
  const absolute = Math.max(ATTENTION_ABSOLUTE[problem.dtype], ATTENTION_ABSOLUTE[outputDtype]);
  return { o: { ...o, absolute }, lse: { ...lse, absolute: LSE_ABSOLUTE } };
}

function compareLse(numbers: Float64Array, expected: Expectation, rows: readonly AttentionRow[]): Comparison {
  return compare(numbers, expected, (r) => `log-sum-exp of ${rowName(rows[r]!)}`);
}

function rowName({ batch, head, query }: AttentionRow): string {
  return `batch ${batch}, head ${head}, query ${query}`;
}

function planned(
  plan: Plan<AttentionInputs, AttentionResult>,
  problem: AttentionProblem,
  inputs: Omit<AttentionInputs, 'out'>,
): PlannedTrial {
  const { heads, mask, headDim } = problem;
  const dtype: Dtype = problem.outputDtype ?? problem.dtype;
  const shape = attentionShape(problem, heads, mask.queryLength, problem.valueDim ?? headDim);

  async function run(memory: 'given' | 'new', options?: RunOptions): Promise<Outcome> {
    if (memory === 'new') {
      const { output, computeMs } = await plan.run(inputs, options);
      return readAttention(output, problem, inputs.lse === true, shape, computeMs);
    }
    const guard = guardedOutput(
      shape.reduce((a, b) => a * b, 1),
      dtype,
    );
    const out: AttentionTensor = { shape, dtype, values: guard.values };
    const { output, computeMs } = await plan.run({ ...inputs, out }, options);
    const outcome = readAttention(output, problem, inputs.lse === true, shape, computeMs);
    const elsewhere = !sameMemory(output.o.values, out.values) && 'O is not in the memory of `out`';
    return { ...outcome, ...firstFault(outcome.fault, elsewhere, guard.damage()) };
  }

  return { planMs: plan.planMs, kernel: plan.kernel, run, [DISPOSE]: () => plan[DISPOSE]() };
}

/** O row by row as {@link allRows}, then the log-sum-exp. */
function readAttention(
  output: AttentionResult,
  problem: AttentionProblem,
  lse: boolean,
  shape: AttentionTensor['shape'],
  computeMs: number,
): Outcome {
  const dtype: Dtype = problem.outputDtype ?? problem.dtype;
  const rows = allRows(problem);
  const dim = shape[3];
  const fault = firstFault(
    !sameList(output.o.shape, shape) && `expected shape [${shape}] for O but received [${output.o.shape}]`,
    output.o.dtype !== dtype && `expected dtype ${dtype} for O but received ${output.o.dtype}`,
    output.o.values.length !== rows.length * dim && `O has ${output.o.values.length} values`,
    lse &&
      output.lse?.length !== rows.length &&
      `expected ${rows.length} log-sum-exps but received ${output.lse?.length}`,
  );
  if (fault.fault !== undefined) return { numbers: new Float64Array(0), computeMs, ...fault };
  const o = decode(output.o.values, dtype);
  const numbers = new Float64Array(rows.length * dim + (lse ? rows.length : 0));
  for (const [r, { batch, head, query }] of rows.entries()) {
    const start = tokenStart({ shape }, problem.layout, batch, head, query);
    numbers.set(o.subarray(start, start + dim), r * dim);
  }
  if (lse && output.lse !== undefined) numbers.set(output.lse, rows.length * dim);
  return { numbers, computeMs };
}
