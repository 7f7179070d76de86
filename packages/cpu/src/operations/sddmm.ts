import { allocateValues } from '@sparsek/bsr';
import { checkSddmmInputs, checkSddmmProblem, storedLength } from '@sparsek/bsr/problem';
import type { BsrMatrix, Plan, PlanOptions, SddmmInputs, SddmmProblem } from '@sparsek/types';
import { checkMemory } from '../checks/memory.js';
import type { NativePlan } from '../native/addon.js';
import { type BackendState, makePlan } from '../plan.js';
import { nativeDense, nativePattern } from './native-views.js';

export function planSddmm(
  state: BackendState,
  problem: SddmmProblem,
  options?: PlanOptions,
): Promise<Plan<SddmmInputs, BsrMatrix>> {
  const begin = performance.now();
  checkSddmmProblem(problem, options?.validate !== false);
  const { pattern, dtype, inner, outputDtype = dtype } = problem;
  const length = storedLength(pattern);
  const { shape, blockShape, indptr, indices } = pattern;
  const { addon, instructionSet } = state;
  return makePlan<NativePlan, SddmmInputs, BsrMatrix>(
    state,
    {
      kernel: `sddmm-${instructionSet}`,
      make: (settings) =>
        addon.planSddmm({ pattern: nativePattern(pattern), inner, dtype, outputDtype }, settings),
      planOf: (plan) => plan,
      start: (plan, inputs, settings) => {
        checkSddmmInputs(problem, inputs);
        checkMemory({ a: inputs.a, b: inputs.b }, inputs.out);
        const values = inputs.out ?? allocateValues(outputDtype, length);
        const call = addon.runSddmm(
          plan,
          {
            dtype,
            outputDtype,
            a: nativeDense(inputs.a),
            b: nativeDense(inputs.b),
            out: values,
            alpha: inputs.alpha ?? 1,
          },
          settings,
        );
        return { output: { shape, blockShape, indptr, indices, dtype: outputDtype, values }, call };
      },
    },
    begin,
    options,
  );
}
