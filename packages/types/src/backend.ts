import type { Dtype } from './dtype.js';
import type { BsrMatrix, DenseMatrix } from './matrix.js';
import type {
  AttentionInputs,
  AttentionProblem,
  AttentionResult,
  SddmmInputs,
  SddmmProblem,
  SpgemmInputs,
  SpgemmProblem,
  SpgemmResult,
  Spmm24Inputs,
  Spmm24Problem,
  SpmmInputs,
  SpmmProblem,
} from './operations.js';
import type { Plan, PlanOptions } from './run.js';

export type BackendName = 'cpu' | 'cuda' | 'reference';

export type OperationName = 'spmm' | 'sddmm' | 'spgemm' | 'spmm24' | 'attention';

export const OPERATIONS: readonly OperationName[] = ['spmm', 'sddmm', 'spgemm', 'spmm24', 'attention'];

/**
 * What every backend implements: one planning method an operation. Input and output live in host memory; backends
 * with their own memory offer more in their own package.
 *
 * Every method checks its arguments and throws an `InvalidArgumentError`, `InvalidMatrixError` or
 * `InvalidMaskError` on bad input, and an `UnsupportedOperationError` where `supports` says false.
 */
export interface Backend extends Disposable {
  readonly name: BackendName;
  /** The device for people, such as "NVIDIA H200" or "AMD EPYC, 2 threads, AVX-512". */
  readonly device: string;
  supports(operation: OperationName, dtype: Dtype): boolean;
  planSpmm(problem: SpmmProblem, options?: PlanOptions): Promise<Plan<SpmmInputs, DenseMatrix>>;
  planSddmm(problem: SddmmProblem, options?: PlanOptions): Promise<Plan<SddmmInputs, BsrMatrix>>;
  planSpgemm(problem: SpgemmProblem, options?: PlanOptions): Promise<Plan<SpgemmInputs, SpgemmResult>>;
  planSpmm24(problem: Spmm24Problem, options?: PlanOptions): Promise<Plan<Spmm24Inputs, DenseMatrix>>;
  planAttention(
    problem: AttentionProblem,
    options?: PlanOptions,
  ): Promise<Plan<AttentionInputs, AttentionResult>>;
}

/** Whether a backend can be used here; asking never throws and never prints. */
export type Availability =
  | { readonly available: true; readonly device: string }
  | { readonly available: false; readonly reason: string };
