import type { BsrMatrix, Plan, RunOptions, SddmmInputs } from '@sparsek/types';
import { compare } from '../../bounds/compare.js';
import { sddmmTolerance } from '../../bounds/tolerance.js';
import { buildSddmm } from '../../cases/build-matmul.js';
import type { SddmmCase } from '../../cases/case.js';
import { firstDamage, guardedOutput } from '../../cases/guarded.js';
import { DISPOSE } from '../../dispose.js';
import { naiveSddmm } from '../../naive/sddmm.js';
import { referenceSddmm } from '../../reference/sddmm.js';
import type { Outcome, PlannedTrial, Trial } from '../trial.js';
import { blockPlace, readBlocks } from './blocks-result.js';
import { firstFault, productExpectation, sameMemory } from './expect.js';

export function sddmmTrial(testCase: SddmmCase): Trial {
  const { problem, inputs, guards } = buildSddmm(testCase);
  const { pattern } = problem;
  const outputDtype = testCase.outputDtype ?? testCase.dtype;

  function planned(plan: Plan<SddmmInputs, BsrMatrix>): PlannedTrial {
    async function run(memory: 'given' | 'new', options?: RunOptions): Promise<Outcome> {
      if (memory === 'new') {
        const { output, computeMs } = await plan.run(inputs, options);
        return readBlocks(output, pattern, outputDtype, computeMs);
      }
      const length = pattern.indices.length * pattern.blockShape[0] * pattern.blockShape[1];
      const guard = guardedOutput(length, outputDtype);
      const { output, computeMs } = await plan.run({ ...inputs, out: guard.values }, options);
      const outcome = readBlocks(output, pattern, outputDtype, computeMs);
      const elsewhere =
        !sameMemory(output.values, guard.values) && 'the result is not in the memory of `out`';
      return { ...outcome, ...firstFault(outcome.fault, elsewhere, guard.damage()) };
    }
    return { planMs: plan.planMs, kernel: plan.kernel, run, [DISPOSE]: () => plan[DISPOSE]() };
  }

  return {
    dtype: testCase.dtype,
    takesOut: true,
    plan: async (backend, options) => planned(await backend.planSddmm(problem, options)),
    compare: (numbers) => {
      const reference = referenceSddmm(problem, inputs);
      const naive = naiveSddmm(problem, inputs);
      const tolerance = sddmmTolerance(problem, inputs, reference);
      const expected = productExpectation(testCase, reference, naive, tolerance);
      return [compare(numbers, expected, blockPlace(pattern))];
    },
    damage: () => firstDamage(guards),
  };
}
