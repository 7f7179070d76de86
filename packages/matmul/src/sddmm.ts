import { backendFor, type CallOptions, given, planOptions } from '@sparsek/backend';
import type {
  BsrMatrix,
  BsrPattern,
  DenseMatrix,
  Dtype,
  RunOptions,
  SddmmProblem,
  Timed,
  Values,
} from '@sparsek/types';
import { describeShape, requireDense, requireDtype, requireExtent, requireSparse } from './operands.js';
import type { PlanInfo } from './plan-info.js';
import { usefulFlops } from './useful-flops.js';

export interface PlanSddmmOptions extends CallOptions {
  /** K, the columns of A and rows of B. */
  readonly inner: number;
  /** Of A and B. Default `f32`. */
  readonly dtype?: Dtype;
  /** Default: `dtype`. */
  readonly outputDtype?: Dtype;
}

export interface SddmmRunOptions extends RunOptions {
  /** Default 1. */
  readonly alpha?: number;
  /** Where the result's values go. Default: new ones. */
  readonly out?: Values;
}

/** A sampled product with one layout, planned once for many pairs of dense matrices. */
export interface SddmmPlan extends PlanInfo {
  run(a: DenseMatrix, b: DenseMatrix, options?: SddmmRunOptions): Promise<Timed<BsrMatrix>>;
}

export interface SddmmOptions extends SddmmRunOptions, CallOptions {
  /** Default: the dtype of A and B. */
  readonly outputDtype?: Dtype;
}

/** Plans C = alpha * A B at the stored blocks of `layout`, which is [M, N]; A is [M, K], B is [K, N]. */
export async function planSddmm(layout: BsrPattern, options: PlanSddmmOptions): Promise<SddmmPlan> {
  requireSparse(layout, 'layout');
  const { inner, dtype = 'f32', outputDtype } = options;
  const { shape, blockShape, indptr, indices } = layout;
  const problem: SddmmProblem = {
    pattern: { shape, blockShape, indptr, indices },
    dtype,
    inner,
    ...given({ outputDtype }),
  };
  const backend = await backendFor(options, 'sddmm', dtype);
  const plan = await backend.planSddmm(problem, planOptions(options));
  return {
    backend: backend.name,
    device: backend.device,
    kernel: plan.kernel,
    planMs: plan.planMs,
    usefulFlops: usefulFlops({ operation: 'sddmm', ...problem }),
    async run(a, b, { alpha, out, signal, onProgress } = {}) {
      checkFactors(a, b, layout, inner);
      requireDtype(a.dtype, dtype, 'a', 'the plan');
      return plan.run({ a, b, ...given({ alpha, out }) }, given({ signal, onProgress }));
    },
    [Symbol.dispose]: () => plan[Symbol.dispose](),
  };
}

/**
 * Sampled dense-dense product: C = alpha * A B, computed only at the stored blocks of `layout`. A is [M, K], B is
 * [K, N], the layout [M, N]; C has the layout's structure. Products accumulate in float32.
 *
 * @throws InvalidArgumentError for shapes or dtypes that do not fit.
 * @throws InvalidMatrixError for a malformed layout.
 * @throws UnsupportedOperationError, BackendUnavailableError
 */
export async function sddmm(
  a: DenseMatrix,
  b: DenseMatrix,
  layout: BsrPattern,
  options: SddmmOptions = {},
): Promise<BsrMatrix> {
  requireSparse(layout, 'layout');
  checkFactors(a, b, layout, a.shape[1]);
  using plan = await planSddmm(layout, { ...options, inner: a.shape[1], dtype: a.dtype });
  return (await plan.run(a, b, options)).output;
}

function checkFactors(a: DenseMatrix, b: DenseMatrix, layout: BsrPattern, inner: number): void {
  requireDense(a, 'a');
  requireDense(b, 'b');
  const target = describeShape('layout', layout.shape);
  requireExtent(a.shape, 0, layout.shape[0], 'a', target);
  requireExtent(a.shape, 1, inner, 'a', 'the plan');
  requireExtent(b.shape, 0, inner, 'b', describeShape('a', a.shape));
  requireExtent(b.shape, 1, layout.shape[1], 'b', target);
  requireDtype(b.dtype, a.dtype, 'b', 'a');
}
