import { allocateValues, checkPattern } from '@sparsek/bsr';
import type {
  DenseMatrix,
  Plan,
  PlanOptions,
  Shape,
  Spmm24Inputs,
  SpmmInputs,
  SpmmProblem,
} from '@sparsek/types';
import { checkApart, checkChoice, checkDtype, checkObject, checkValues } from '../checks/arguments.js';
import { checkProduct, checkProductInputs, outputShape, type Product } from '../checks/product.js';
import type { NativePlan, NativeSpmmInputs } from '../native/addon.js';
import { type BackendState, makePlan, type Started } from '../plan.js';
import { nativeDense, nativePattern, storedLength } from './native-views.js';

export function planSpmm(
  state: BackendState,
  problem: SpmmProblem,
  options?: PlanOptions,
): Promise<Plan<SpmmInputs, DenseMatrix>> {
  const begin = performance.now();
  checkObject(problem, 'problem');
  const { pattern, dtype, side = 'left', transpose = false, activation = 'none' } = problem;
  if (options?.validate !== false) checkPattern(pattern, 'pattern');
  checkDtype(dtype, 'dtype');
  checkChoice(side, ['left', 'right'], 'side');
  checkProduct(problem);
  const [m, k] = pattern.shape;
  const shape: Shape = transpose ? [k, m] : [m, k];
  const outputDtype = problem.outputDtype ?? dtype;
  const product: Product = { shape, side, denseExtent: problem.denseExtent, dtype, outputDtype };
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
        checkProductInputs(product, inputs);
        checkValues(inputs.values, dtype, storedLength(pattern), 'values');
        if (inputs.out !== undefined) checkApart(inputs.out.values, inputs.values, 'values');
        const { output, native } = productInputs(product, inputs);
        return { output, call: addon.runSpmm(plan, { ...native, values: inputs.values }, settings) };
      },
    },
    begin,
    options,
  );
}

/** The output and the addon's view of the inputs that `spmm` and `spmm24` have in common. */
export function productInputs(
  product: Product,
  inputs: Spmm24Inputs,
): Pick<Started<DenseMatrix>, 'output'> & { readonly native: NativeSpmmInputs } {
  const shape = outputShape(product);
  const { dtype, outputDtype } = product;
  const length = shape[0] * shape[1];
  const values = inputs.out?.values.subarray(0, length) ?? allocateValues(outputDtype, length);
  const right = product.side === 'right';
  const beta = inputs.beta ?? 0;
  return {
    output: inputs.out ?? { shape, dtype: outputDtype, values },
    native: {
      dtype,
      outputDtype,
      dense: nativeDense(inputs.dense, right),
      out: values,
      c: beta !== 0 && inputs.c !== undefined ? nativeDense(inputs.c, right) : undefined,
      bias: inputs.bias,
      alpha: inputs.alpha ?? 1,
      beta,
    },
  };
}
