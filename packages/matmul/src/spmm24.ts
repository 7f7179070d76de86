import { backendFor, type CallOptions, given, planOptions } from '@sparsek/backend';
import {
  type Activation,
  type DenseMatrix,
  type Dtype,
  type HybridMatrix,
  InvalidArgumentError,
  type RunOptions,
  type Shape,
  type Sparse24Matrix,
  type Spmm24Problem,
  type Timed,
} from '@sparsek/types';
import { describeShape, requireDense, requireDtype, requireExtent } from './operands.js';
import type { PlanInfo } from './plan-info.js';
import { usefulFlops } from './useful-flops.js';

export interface PlanSpmm24Options extends CallOptions {
  /** Columns of B. */
  readonly columns: number;
  /** Default: the dtype of A. */
  readonly outputDtype?: Dtype;
  /** Applied last. Default `none`. */
  readonly activation?: Activation;
}

export interface Spmm24RunOptions extends RunOptions {
  /** Default 1. */
  readonly alpha?: number;
  /** Default 0; `c` is then not read. */
  readonly beta?: number;
  readonly c?: DenseMatrix;
  /** One value a row of A. */
  readonly bias?: Float32Array;
  /** Where the result goes: packed, in row order. Default: a new matrix. */
  readonly out?: DenseMatrix;
}

export interface Spmm24Options extends Omit<PlanSpmm24Options, 'columns'>, Spmm24RunOptions {}

/** A product with one 2:4 matrix, whose values belong to the plan, for many dense ones. */
export interface Spmm24Plan extends PlanInfo {
  /** Shape of a result. */
  readonly shape: Shape;
  run(b: DenseMatrix, options?: Spmm24RunOptions): Promise<Timed<DenseMatrix>>;
}

/** Plans C = activation(alpha * A B + beta * C + bias), A in 2:4 structured sparsity or a hybrid of dense and 2:4 blocks. */
export async function planSpmm24(
  a: Sparse24Matrix | HybridMatrix,
  options: PlanSpmm24Options,
): Promise<Spmm24Plan> {
  requireStructured(a);
  const { columns, outputDtype, activation } = options;
  const problem: Spmm24Problem = { a, denseExtent: columns, ...given({ outputDtype, activation }) };
  const backend = await backendFor(options, 'spmm24', a.dtype);
  const plan = await backend.planSpmm24(problem, planOptions(options));
  return {
    backend: backend.name,
    device: backend.device,
    kernel: plan.kernel,
    planMs: plan.planMs,
    shape: [a.shape[0], columns],
    usefulFlops: usefulFlops({ operation: 'spmm24', ...problem }),
    async run(b, { alpha, beta, c, bias, out, signal, onProgress } = {}) {
      checkDenseFactor(a, b, columns);
      return plan.run({ dense: b, ...given({ alpha, beta, c, bias, out }) }, given({ signal, onProgress }));
    },
    [Symbol.dispose]: () => plan[Symbol.dispose](),
  };
}

/**
 * C = activation(alpha * A B + beta * C + bias), A [M, K] in 2:4 structured sparsity (or a hybrid), B [K, N] dense.
 *
 * @throws InvalidArgumentError for shapes or dtypes that do not fit.
 * @throws InvalidMatrixError for malformed metadata.
 * @throws UnsupportedOperationError, BackendUnavailableError
 */
export async function spmm24(
  a: Sparse24Matrix | HybridMatrix,
  b: DenseMatrix,
  options: Spmm24Options = {},
): Promise<DenseMatrix> {
  requireStructured(a);
  requireDense(b, 'b');
  checkDenseFactor(a, b, b.shape[1]);
  using plan = await planSpmm24(a, { ...options, columns: b.shape[1] });
  return (await plan.run(b, options)).output;
}

function requireStructured(a: Sparse24Matrix | HybridMatrix): void {
  if (typeof a !== 'object' || a === null || !('metadata' in a)) {
    throw new InvalidArgumentError('a', 'a matrix in 2:4 sparsity (with metadata), see prune24,', a);
  }
}

function checkDenseFactor(a: Sparse24Matrix | HybridMatrix, b: DenseMatrix, columns: number): void {
  requireDense(b, 'b');
  requireExtent(b.shape, 0, a.shape[1], 'b', describeShape('a', a.shape));
  requireExtent(b.shape, 1, columns, 'b', 'the plan');
  requireDtype(b.dtype, a.dtype, 'b', 'a');
}
