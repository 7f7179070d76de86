import { allocateValues, checkPattern } from '@sparsek/bsr';
import type { BsrMatrix, Plan, PlanOptions, SddmmInputs, SddmmProblem } from '@sparsek/types';
import {
  checkApart,
  checkCount,
  checkDtype,
  checkNumber,
  checkObject,
  checkOutputDtype,
  checkValues,
} from '../checks/arguments.js';
import { checkOperand } from '../checks/product.js';
import type { NativePlan } from '../native/addon.js';
import { type BackendState, makePlan } from '../plan.js';
import { nativeDense, nativePattern, storedLength } from './native-views.js';

export function planSddmm(
  state: BackendState,
  problem: SddmmProblem,
  options?: PlanOptions,
): Promise<Plan<SddmmInputs, BsrMatrix>> {
  const begin = performance.now();
  checkObject(problem, 'problem');
  const { pattern, dtype, inner } = problem;
  if (options?.validate !== false) checkPattern(pattern, 'pattern');
  checkDtype(dtype, 'dtype');
  checkCount(inner, 'inner');
  checkOutputDtype(problem.outputDtype);
  const outputDtype = problem.outputDtype ?? dtype;
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
        checkInputs(inputs);
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

  function checkInputs(inputs: SddmmInputs): void {
    checkObject(inputs, 'inputs');
    checkOperand(inputs.a, [shape[0], inner], dtype, 'a');
    checkOperand(inputs.b, [inner, shape[1]], dtype, 'b');
    checkNumber(inputs.alpha, 'alpha');
    if (inputs.out === undefined) return;
    checkValues(inputs.out, outputDtype, length, 'out');
    checkApart(inputs.out, inputs.a.values, 'a');
    checkApart(inputs.out, inputs.b.values, 'b');
  }
}
