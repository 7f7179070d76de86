import type { BsrPattern, Plan, RunOptions, SpgemmInputs, SpgemmResult } from '@sparsek/types';
import { compare, type Expectation } from '../../bounds/compare.js';
import { spgemmTolerance } from '../../bounds/tolerance.js';
import { buildSpgemm } from '../../cases/build-matmul.js';
import type { SpgemmCase } from '../../cases/case.js';
import { firstDamage } from '../../cases/guarded.js';
import { DISPOSE } from '../../dispose.js';
import { naiveSpgemm } from '../../naive/spgemm.js';
import { blocksToDense, productPattern, referenceSpgemm } from '../../reference/spgemm.js';
import type { Outcome, PlannedTrial, Trial } from '../trial.js';
import { blockPlace, readBlocks } from './blocks-result.js';
import { matrixPlace, readDense } from './dense-result.js';
import { productExpectation } from './expect.js';

export function spgemmTrial(testCase: SpgemmCase): Trial {
  const { problem, inputs, guards } = buildSpgemm(testCase);
  const outputDtype = testCase.outputDtype ?? testCase.dtype;
  const pattern = productPattern(problem.a, problem.b);
  const dense = testCase.output === 'dense';

  function read(output: SpgemmResult, computeMs: number): Outcome {
    const isBlocks = 'indptr' in output;
    if (isBlocks === dense) {
      const fault = `expected a ${dense ? 'dense' : 'block-sparse'} result but received the other kind`;
      return { numbers: new Float64Array(0), computeMs, fault };
    }
    return isBlocks
      ? readBlocks(output, pattern, outputDtype, computeMs)
      : readDense(output, pattern.shape, outputDtype, computeMs);
  }

  function planned(plan: Plan<SpgemmInputs, SpgemmResult>): PlannedTrial {
    async function run(_: 'given' | 'new', options?: RunOptions): Promise<Outcome> {
      const { output, computeMs } = await plan.run(inputs, options);
      return read(output, computeMs);
    }
    return { planMs: plan.planMs, kernel: plan.kernel, run, [DISPOSE]: () => plan[DISPOSE]() };
  }

  return {
    dtype: testCase.dtype,
    takesOut: false,
    plan: async (backend, options) => planned(await backend.planSpgemm(problem, options)),
    compare: (numbers) => {
      const reference = referenceSpgemm(problem, inputs).values;
      const naive = naiveSpgemm(problem, inputs);
      const tolerance = spgemmTolerance(problem, inputs, reference);
      const inBlocks = productExpectation(testCase, reference, naive, tolerance);
      if (!dense) return [compare(numbers, inBlocks, blockPlace(pattern))];
      return [compare(numbers, toDense(inBlocks, pattern), matrixPlace(pattern.shape[1]))];
    },
    damage: () => firstDamage(guards),
  };
}

/** Outside the blocks, zero is expected exactly. */
function toDense(expected: Expectation, pattern: BsrPattern): Expectation {
  return {
    ...expected,
    reference: blocksToDense(pattern, expected.reference),
    naive: blocksToDense(pattern, expected.naive),
    tolerance: blocksToDense(pattern, expected.tolerance),
  };
}
