import { allocateValues } from '@sparsek/bsr';
import { checkSpgemmInputs, checkSpgemmProblem, storedLength } from '@sparsek/bsr/problem';
import type { Plan, PlanOptions, SpgemmInputs, SpgemmProblem, SpgemmResult } from '@sparsek/types';
import { checkMemory } from '../checks/memory.js';
import type { NativeSpgemmPlan } from '../native/addon.js';
import { type BackendState, makePlan } from '../plan.js';
import { nativePattern } from './native-views.js';

export function planSpgemm(
  state: BackendState,
  problem: SpgemmProblem,
  options?: PlanOptions,
): Promise<Plan<SpgemmInputs, SpgemmResult>> {
  const begin = performance.now();
  checkSpgemmProblem(problem, options?.validate !== false);
  const { a, b, dtype, output = 'bsr' } = problem;
  const outputDtype = problem.outputDtype ?? dtype;
  const shape = [a.shape[0], b.shape[1]] as const;
  const blockShape = [a.blockShape[0], b.blockShape[1]] as const;
  const { addon, instructionSet } = state;
  return makePlan<NativeSpgemmPlan, SpgemmInputs, SpgemmResult>(
    state,
    {
      kernel: `spgemm-${instructionSet}`,
      make: (settings) =>
        addon.planSpgemm(
          { a: nativePattern(a), b: nativePattern(b), dtype, outputDtype, dense: output === 'dense' },
          settings,
        ),
      planOf: ({ plan }) => plan,
      start: ({ plan, indptr, indices }, inputs, settings) => {
        checkSpgemmInputs(problem, inputs);
        const { aValues, bValues, alpha } = inputs;
        checkMemory({ aValues, bValues });
        const length =
          output === 'dense' ? shape[0] * shape[1] : storedLength({ shape, blockShape, indptr, indices });
        const values = allocateValues(outputDtype, length);
        const call = addon.runSpgemm(
          plan,
          { dtype, outputDtype, aValues, bValues, out: values, alpha: alpha ?? 1 },
          settings,
        );
        const result: SpgemmResult =
          output === 'dense'
            ? { shape, dtype: outputDtype, values }
            : {
                shape,
                blockShape,
                // Copies: the caller may change what it gets, and the plan is used again.
                indptr: indptr.slice(),
                indices: indices.slice(),
                dtype: outputDtype,
                values,
              };
        return { output: result, call };
      },
    },
    begin,
    options,
  );
}
