import type { DenseMatrix, Dtype, Plan, RunOptions, Shape, Spmm24Inputs } from '@sparsek/types';
import { buildDenseOutput } from '../../cases/build-matmul.js';
import type { Spmm24Case, SpmmCase } from '../../cases/case.js';
import { DISPOSE } from '../../dispose.js';
import { packedRows } from '../../reference/dense.js';
import type { Outcome, PlannedTrial } from '../trial.js';
import { firstFault, sameList, sameMemory } from './expect.js';

/** Runs a plan whose result is a dense matrix, and looks at the result's form. */
export function denseTrial<Inputs extends Omit<Spmm24Inputs, 'out'>>(
  plan: Plan<Inputs, DenseMatrix>,
  testCase: SpmmCase | Spmm24Case,
  inputs: Inputs,
  shape: Shape,
): PlannedTrial {
  const dtype = testCase.outputDtype ?? testCase.dtype;

  async function run(memory: 'given' | 'new', options?: RunOptions): Promise<Outcome> {
    if (memory === 'new') {
      const { output, computeMs } = await plan.run(inputs, options);
      return readDense(output, shape, dtype, computeMs);
    }
    const { out, guard, c } = buildDenseOutput(testCase, inputs, shape);
    const { output, computeMs } = await plan.run({ ...inputs, out, ...(c && { c }) }, options);
    const outcome = readDense(output, shape, dtype, computeMs);
    const elsewhere = !sameMemory(output.values, out.values) && 'the result is not in the memory of `out`';
    return { ...outcome, ...firstFault(outcome.fault, elsewhere, guard.damage()) };
  }

  return {
    planMs: plan.planMs,
    kernel: plan.kernel,
    run,
    [DISPOSE]: () => plan[DISPOSE](),
  };
}

export function readDense(output: DenseMatrix, shape: Shape, dtype: Dtype, computeMs: number): Outcome {
  const fault = firstFault(
    !sameList(output.shape, shape) && `expected shape [${shape}] but received [${output.shape}]`,
    output.dtype !== dtype && `expected dtype ${dtype} but received ${output.dtype}`,
  );
  return { numbers: packedRows(output), computeMs, ...fault };
}

/** "row 3, column 5" for an element of a matrix in row order. */
export function matrixPlace(columns: number): (element: number) => string {
  return (element) => `row ${Math.floor(element / columns)}, column ${element % columns}`;
}
