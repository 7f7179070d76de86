import { backendFor, type CallOptions, given, planOptions } from '@sparsek/backend';
import {
  type Activation,
  type BsrMatrix,
  type BsrPattern,
  type DenseMatrix,
  type Dtype,
  InvalidArgumentError,
  type Plan,
  type Precision,
  type RunOptions,
  type Shape,
  type SpmmInputs,
  type SpmmProblem,
  type Timed,
  type Values,
} from '@sparsek/types';
import { runEach } from './batch.js';
import {
  describeShape,
  isList,
  requireDense,
  requireDtype,
  requireExtent,
  requireSparse,
} from './operands.js';
import type { PlanInfo } from './plan-info.js';
import { usefulFlops } from './useful-flops.js';

/** Options of a product that its plan depends on. */
export interface SpmmShapeOptions {
  /** Use the sparse matrix's transpose. Default false. */
  readonly transpose?: boolean;
  /** Default: the sparse matrix's dtype. */
  readonly outputDtype?: Dtype;
  /** Applied last. Default `none`. */
  readonly activation?: Activation;
  /** Whether float32 inputs may be rounded to tf32. Default `exact`. */
  readonly precision?: Precision;
}

export interface PlanSpmmOptions extends SpmmShapeOptions, CallOptions {
  /** Columns of the dense matrix B, for sparse x dense. */
  readonly columns?: number;
  /** Rows of the dense matrix, for dense x sparse. Give this or `columns`. */
  readonly rows?: number;
}

/** Options that may change from run to run. */
export interface SpmmRunOptions extends RunOptions {
  /** Other values for the same pattern, in its block order. Default: those of the matrix that was planned. */
  readonly values?: Values;
  /** Default 1. */
  readonly alpha?: number;
  /** Default 0; `c` is then not read. */
  readonly beta?: number;
  /** Added beta times; one for each B when B is a list. */
  readonly c?: DenseMatrix | readonly DenseMatrix[];
  /** One value for each row of op(A) (sparse x dense) or column of op(A) (dense x sparse). */
  readonly bias?: Float32Array;
  /** Where results go: packed, in row order; one for each B when B is a list. Default: new matrices. */
  readonly out?: DenseMatrix | readonly DenseMatrix[];
}

/** A product with one sparse matrix, planned once for many dense ones. */
export interface SpmmPlan extends PlanInfo {
  /** Shape of a result. */
  readonly shape: Shape;
  run(b: DenseMatrix, options?: SpmmRunOptions): Promise<Timed<DenseMatrix>>;
  /** One result for each of several dense matrices; the time is that of all together. */
  run(b: readonly DenseMatrix[], options?: SpmmRunOptions): Promise<Timed<readonly DenseMatrix[]>>;
}

/**
 * Plans C = activation(alpha * op(A) B + beta * C + bias) for one block-sparse A, given the number of `columns` of B;
 * or C = activation(alpha * B op(A) + beta * C + bias), given the number of `rows` of B.
 *
 * @throws InvalidArgumentError, InvalidMatrixError, UnsupportedOperationError, BackendUnavailableError
 */
export async function planSpmm(a: BsrMatrix, options: PlanSpmmOptions): Promise<SpmmPlan> {
  requireSparse(a, 'a');
  const { columns, rows } = options;
  const denseExtent = columns ?? rows;
  if (denseExtent === undefined || (columns !== undefined && rows !== undefined)) {
    throw new InvalidArgumentError(
      'columns',
      'either columns (sparse x dense) or rows (dense x sparse)',
      columns,
    );
  }
  const { transpose, outputDtype, activation, precision } = options;
  const problem: SpmmProblem = {
    pattern: patternOf(a),
    dtype: a.dtype,
    side: columns === undefined ? 'right' : 'left',
    denseExtent,
    ...given({ transpose, outputDtype, activation, precision }),
  };
  const backend = await backendFor(options, 'spmm', a.dtype);
  const plan = await backend.planSpmm(problem, planOptions(options));
  return spmmPlan(a, problem, plan, { backend: backend.name, device: backend.device });
}

function patternOf({ shape, blockShape, indptr, indices }: BsrMatrix): BsrPattern {
  return { shape, blockShape, indptr, indices };
}

function spmmPlan(
  a: BsrMatrix,
  problem: SpmmProblem,
  plan: Plan<SpmmInputs, DenseMatrix>,
  where: Pick<PlanInfo, 'backend' | 'device'>,
): SpmmPlan {
  const [rows, columns] = problem.transpose ? [a.shape[1], a.shape[0]] : a.shape;
  const shape: Shape = problem.side === 'left' ? [rows, problem.denseExtent] : [problem.denseExtent, columns];
  const denseShape: Shape =
    problem.side === 'left' ? [columns, problem.denseExtent] : [problem.denseExtent, rows];
  const because = `${problem.transpose ? 'the transpose of ' : ''}the sparse ${describeShape('matrix', a.shape)}`;

  const check = (b: DenseMatrix, name: string): void => {
    requireDense(b, name);
    const inner = problem.side === 'left' ? 0 : 1;
    requireExtent(b.shape, inner, denseShape[inner], name, because);
    requireExtent(b.shape, inner === 0 ? 1 : 0, problem.denseExtent, name, 'the plan');
    requireDtype(b.dtype, problem.dtype, name, 'the sparse matrix');
  };
  const runOne = (
    b: DenseMatrix,
    options: SpmmRunOptions,
    c: DenseMatrix | undefined,
    out: DenseMatrix | undefined,
  ): Promise<Timed<DenseMatrix>> => {
    const { values = a.values, alpha, beta, bias, signal, onProgress } = options;
    return plan.run(
      { values, dense: b, ...given({ alpha, beta, bias, c, out }) },
      given({ signal, onProgress }),
    );
  };

  async function run(b: DenseMatrix, options?: SpmmRunOptions): Promise<Timed<DenseMatrix>>;
  async function run(
    b: readonly DenseMatrix[],
    options?: SpmmRunOptions,
  ): Promise<Timed<readonly DenseMatrix[]>>;
  async function run(
    b: DenseMatrix | readonly DenseMatrix[],
    options: SpmmRunOptions = {},
  ): Promise<Timed<DenseMatrix | readonly DenseMatrix[]>> {
    const { c, out } = options;
    if (isList(b)) {
      for (const [n, matrix] of b.entries()) check(matrix, `b[${n}]`);
      const cs = listFor(c, b.length, 'c');
      const outs = listFor(out, b.length, 'out');
      return runEach(b, options, (matrix, n, own) => runOne(matrix, own, cs?.[n], outs?.[n]));
    }
    check(b, 'b');
    return runOne(b, options, single(c, 'c'), single(out, 'out'));
  }

  return {
    ...where,
    kernel: plan.kernel,
    planMs: plan.planMs,
    shape,
    usefulFlops: usefulFlops({ operation: 'spmm', ...problem }),
    run,
    [Symbol.dispose]: () => plan[Symbol.dispose](),
  };
}

function single<T>(value: T | readonly T[] | undefined, name: string): T | undefined {
  if (value === undefined || !isList(value)) return value;
  throw new InvalidArgumentError(name, 'one matrix, since b is one matrix', value);
}

function listFor<T>(
  value: T | readonly T[] | undefined,
  length: number,
  name: string,
): readonly T[] | undefined {
  if (value === undefined) return undefined;
  if (isList(value) && value.length === length) return value;
  throw new InvalidArgumentError(name, `a list of ${length} matrices, as b is`, value);
}
