import { checkSpmm24Inputs, checkSpmm24Problem, spmm24Product } from '@sparsek/bsr/problem';
import type {
  DenseMatrix,
  HybridMatrix,
  Plan,
  PlanOptions,
  Sparse24Matrix,
  Spmm24Inputs,
  Spmm24Problem,
} from '@sparsek/types';
import type { NativePlan } from '../native/addon.js';
import { type BackendState, makePlan } from '../plan.js';
import { nativePattern } from './native-views.js';
import { productInputs } from './spmm.js';

/** A's values are copied into the plan. */
export function planSpmm24(
  state: BackendState,
  problem: Spmm24Problem,
  options?: PlanOptions,
): Promise<Plan<Spmm24Inputs, DenseMatrix>> {
  const begin = performance.now();
  checkSpmm24Problem(problem, options?.validate !== false);
  const { a, activation = 'none' } = problem;
  const matrix = 'kinds' in a ? a : oneBlock(a);
  const product = spmm24Product(problem);
  const { dtype, outputDtype } = product;
  const { addon, instructionSet } = state;
  return makePlan<NativePlan, Spmm24Inputs, DenseMatrix>(
    state,
    {
      kernel: `spmm24-${instructionSet}`,
      make: (settings) =>
        addon.planSpmm(
          {
            pattern: nativePattern(matrix),
            transpose: false,
            columns: problem.denseExtent,
            dtype,
            outputDtype,
            activation,
            transposedOut: false,
            hybrid: true,
            kinds: matrix.kinds,
            metadata: matrix.metadata,
            values: matrix.values,
          },
          settings,
        ),
      planOf: (plan) => plan,
      start: (plan, inputs, settings) => {
        checkSpmm24Inputs(problem, inputs);
        const { output, native } = productInputs(product, false, inputs);
        return { output, call: addon.runSpmm(plan, native, settings) };
      },
    },
    begin,
    options,
  );
}

/** A 2:4 matrix is a hybrid matrix of a single compressed block. */
function oneBlock(a: Sparse24Matrix): HybridMatrix {
  const [rows, columns] = a.shape;
  const empty = rows === 0 || columns === 0;
  return {
    shape: a.shape,
    blockShape: [Math.max(rows, 1), Math.max(columns, 8)],
    indptr: rows === 0 ? new Int32Array(1) : Int32Array.of(0, empty ? 0 : 1),
    indices: new Int32Array(empty ? 0 : 1),
    dtype: a.dtype,
    kinds: new Uint8Array(empty ? 0 : 1).fill(1),
    values: a.values,
    metadata: a.metadata,
  };
}
