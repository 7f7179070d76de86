import { checkHybrid, checkSparse24 } from '@sparsek/bsr';
import type {
  DenseMatrix,
  HybridMatrix,
  Plan,
  PlanOptions,
  Sparse24Matrix,
  Spmm24Inputs,
  Spmm24Problem,
} from '@sparsek/types';
import { checkDtype, checkObject } from '../checks/arguments.js';
import { checkProduct, checkProductInputs, type Product } from '../checks/product.js';
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
  checkObject(problem, 'problem');
  const { a, activation = 'none' } = problem;
  checkObject(a, 'a');
  if (options?.validate !== false) {
    if ('kinds' in a) checkHybrid(a, 'a');
    else checkSparse24(a, 'a');
  }
  checkDtype(a.dtype, 'a.dtype');
  checkProduct(problem);
  const matrix = 'kinds' in a ? a : oneBlock(a);
  const { dtype, shape } = a;
  const outputDtype = problem.outputDtype ?? dtype;
  const product: Product = { shape, side: 'left', denseExtent: problem.denseExtent, dtype, outputDtype };
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
        checkProductInputs(product, inputs);
        const { output, native } = productInputs(product, inputs);
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
