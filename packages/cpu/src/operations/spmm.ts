import { allocateValues } from '@sparsek/bsr';
import { checkSpmmInputs, checkSpmmProblem, type Product, spmmProduct } from '@sparsek/bsr/problem';
import type { DenseMatrix, Plan, PlanOptions, Spmm24Inputs, SpmmInputs, SpmmProblem } from '@sparsek/types';
import { checkMemory, checkMemoryOfC } from '../checks/memory.js';
import type { NativePlan, NativeSpmmInputs } from '../native/addon.js';
import { type BackendState, makePlan, type Started } from '../plan.js';
import { nativeDense, nativePattern } from './native-views.js';

export function planSpmm(
  state: BackendState,
  problem: SpmmProblem,
  options?: PlanOptions,
): Promise<Plan<SpmmInputs, DenseMatrix>> {
  const begin = performance.now();
  checkSpmmProblem(problem, options?.validate !== false);
  const { pattern, side, transpose = false, activation = 'none' } = problem;
  const product = spmmProduct(problem);
  const { dtype, outputDtype } = product;
  // B op(A) is computed as the transpose of op(A)^T B^T: only strides change, nothing is copied.
  const right = side === 'right';
  const { addon, instructionSet } = state;
  return makePlan<NativePlan, SpmmInputs, DenseMatrix>(
    state,
    {
      kernel: `spmm-${instructionSet}`,
      make: (settings) =>
        addon.planSpmm(
          {
            pattern: nativePattern(pattern),
            transpose: transpose !== right,
            columns: problem.denseExtent,
            dtype,
            outputDtype,
            activation,
            transposedOut: right,
            hybrid: false,
          },
          settings,
        ),
      planOf: (plan) => plan,
      start: (plan, inputs, settings) => {
        checkSpmmInputs(problem, inputs);
        checkMemory({ values: inputs.values }, inputs.out);
        const { output, native } = productInputs(product, right, inputs);
        return { output, call: addon.runSpmm(plan, { ...native, values: inputs.values }, settings) };
      },
    },
    begin,
    options,
  );
}

/** Checks the memory of the inputs that `spmm` and `spmm24` have in common; gives the output and the addon's view. */
export function productInputs(
  product: Product,
  right: boolean,
  inputs: Spmm24Inputs,
): Pick<Started<DenseMatrix>, 'output'> & { readonly native: NativeSpmmInputs } {
  const { output: shape, dtype, outputDtype } = product;
  const { dense, bias, out, beta = 0 } = inputs;
  const c = beta !== 0 ? inputs.c : undefined;
  checkMemory({ dense, bias }, out);
  if (c !== undefined) checkMemoryOfC(c, out);
  const length = shape[0] * shape[1];
  const values = out?.values.subarray(0, length) ?? allocateValues(outputDtype, length);
  return {
    output: out ?? { shape, dtype: outputDtype, values },
    native: {
      dtype,
      outputDtype,
      dense: nativeDense(dense, right),
      out: values,
      c: c && nativeDense(c, right),
      bias,
      alpha: inputs.alpha ?? 1,
      beta,
    },
  };
}
