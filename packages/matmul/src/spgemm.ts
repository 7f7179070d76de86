import { backendFor, type CallOptions, given, planOptions } from '@sparsek/backend';
import {
  type BsrMatrix,
  type DenseMatrix,
  type Dtype,
  InvalidArgumentError,
  type RunOptions,
  type SpgemmProblem,
  type SpgemmResult,
  type Timed,
  type Values,
} from '@sparsek/types';
import { describeShape, requireDtype, requireExtent, requireSparse } from './operands.js';
import type { PlanInfo } from './plan-info.js';
import { usefulFlops } from './useful-flops.js';

export interface PlanSpgemmOptions extends CallOptions {
  /** C as a block-sparse matrix with every block that has a product, or as a dense one. Default `bsr`. */
  readonly output?: 'bsr' | 'dense';
  /** Default: the dtype of A and B. */
  readonly outputDtype?: Dtype;
}

export interface SpgemmRunOptions extends RunOptions {
  /** Other values for A's and B's patterns. Default: those of the matrices that were planned. */
  readonly aValues?: Values;
  readonly bValues?: Values;
  /** Default 1. */
  readonly alpha?: number;
}

/** A product of two sparse patterns, planned once for many values. */
export interface SpgemmPlan<Result extends SpgemmResult = SpgemmResult> extends PlanInfo {
  run(options?: SpgemmRunOptions): Promise<Timed<Result>>;
}

export interface SpgemmOptions extends PlanSpgemmOptions, SpgemmRunOptions {}

/** Plans C = alpha * A B, both block-sparse; see `spgemm`. */
export function planSpgemm(
  a: BsrMatrix,
  b: BsrMatrix,
  options: PlanSpgemmOptions & { readonly output: 'dense' },
): Promise<SpgemmPlan<DenseMatrix>>;
export function planSpgemm(
  a: BsrMatrix,
  b: BsrMatrix,
  options?: PlanSpgemmOptions & { readonly output?: 'bsr' },
): Promise<SpgemmPlan<BsrMatrix>>;
export function planSpgemm(a: BsrMatrix, b: BsrMatrix, options?: PlanSpgemmOptions): Promise<SpgemmPlan>;
export async function planSpgemm(
  a: BsrMatrix,
  b: BsrMatrix,
  options: PlanSpgemmOptions = {},
): Promise<SpgemmPlan> {
  checkFactors(a, b);
  const { output, outputDtype } = options;
  const problem: SpgemmProblem = { a, b, dtype: a.dtype, ...given({ output, outputDtype }) };
  const backend = await backendFor(options, 'spgemm', a.dtype);
  const plan = await backend.planSpgemm(problem, planOptions(options));
  return {
    backend: backend.name,
    device: backend.device,
    kernel: plan.kernel,
    planMs: plan.planMs,
    usefulFlops: usefulFlops({ operation: 'spgemm', ...problem }),
    async run({ aValues = a.values, bValues = b.values, alpha, signal, onProgress } = {}) {
      return plan.run({ aValues, bValues, ...given({ alpha }) }, given({ signal, onProgress }));
    },
    [Symbol.dispose]: () => plan[Symbol.dispose](),
  };
}

/**
 * C = alpha * A B, both block-sparse: A [M, K] in blocks R x S, B [K, N] in blocks S x T. C is block-sparse in blocks
 * R x T, with every block that has at least one product, or dense with `output: 'dense'`.
 *
 * @throws InvalidArgumentError for shapes, blocks or dtypes that do not fit.
 * @throws InvalidMatrixError for a malformed matrix.
 * @throws UnsupportedOperationError, BackendUnavailableError
 */
export function spgemm(
  a: BsrMatrix,
  b: BsrMatrix,
  options: SpgemmOptions & { readonly output: 'dense' },
): Promise<DenseMatrix>;
export function spgemm(
  a: BsrMatrix,
  b: BsrMatrix,
  options?: SpgemmOptions & { readonly output?: 'bsr' },
): Promise<BsrMatrix>;
export async function spgemm(a: BsrMatrix, b: BsrMatrix, options: SpgemmOptions = {}): Promise<SpgemmResult> {
  using plan = await planSpgemm(a, b, options);
  return (await plan.run(options)).output;
}

function checkFactors(a: BsrMatrix, b: BsrMatrix): void {
  requireSparse(a, 'a');
  requireSparse(b, 'b');
  requireExtent(b.shape, 0, a.shape[1], 'b', describeShape('a', a.shape));
  if (a.blockShape[1] !== b.blockShape[0]) {
    throw new InvalidArgumentError(
      'b.blockShape',
      `blocks of ${a.blockShape[1]} rows to fit a's blocks of ${a.blockShape.join(' x ')}`,
      b.blockShape,
    );
  }
  requireDtype(b.dtype, a.dtype, 'b', 'a');
}
