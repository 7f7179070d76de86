import { allocateValues, checkPattern } from '@sparsek/bsr';
import {
  InvalidArgumentError,
  type Plan,
  type PlanOptions,
  type SpgemmInputs,
  type SpgemmProblem,
  type SpgemmResult,
} from '@sparsek/types';
import {
  checkChoice,
  checkDtype,
  checkNumber,
  checkObject,
  checkOutputDtype,
  checkValues,
} from '../checks/arguments.js';
import type { NativeSpgemmPlan } from '../native/addon.js';
import { type BackendState, makePlan } from '../plan.js';
import { nativePattern, storedLength } from './native-views.js';

export function planSpgemm(
  state: BackendState,
  problem: SpgemmProblem,
  options?: PlanOptions,
): Promise<Plan<SpgemmInputs, SpgemmResult>> {
  const begin = performance.now();
  checkProblem(problem, options?.validate !== false);
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
        checkObject(inputs, 'inputs');
        const { aValues, bValues, alpha } = inputs;
        checkValues(aValues, dtype, storedLength(a), 'aValues');
        checkValues(bValues, dtype, storedLength(b), 'bValues');
        checkNumber(alpha, 'alpha');
        const length =
          output === 'dense' ? shape[0] * shape[1] : indices.length * blockShape[0] * blockShape[1];
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

function checkProblem(problem: SpgemmProblem, validate: boolean): void {
  checkObject(problem, 'problem');
  const { a, b } = problem;
  if (validate) {
    checkPattern(a, 'a');
    checkPattern(b, 'b');
  }
  if (b.shape[0] !== a.shape[1]) {
    throw new InvalidArgumentError('b.shape[0]', `${a.shape[1]} (the columns of a)`, b.shape[0]);
  }
  if (b.blockShape[0] !== a.blockShape[1]) {
    throw new InvalidArgumentError(
      'b.blockShape[0]',
      `${a.blockShape[1]} (a's block width)`,
      b.blockShape[0],
    );
  }
  checkDtype(problem.dtype, 'dtype');
  checkChoice(problem.output ?? 'bsr', ['bsr', 'dense'], 'output');
  checkOutputDtype(problem.outputDtype);
}
