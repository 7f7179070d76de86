import {
  checkAttentionInputs,
  checkAttentionProblem,
  checkSddmmInputs,
  checkSddmmProblem,
  checkSpgemmInputs,
  checkSpgemmProblem,
  checkSpmm24Inputs,
  checkSpmm24Problem,
  checkSpmmInputs,
  checkSpmmProblem,
  type Product,
  spmm24Product,
  spmmProduct,
} from '@sparsek/bsr/problem';
import {
  type AttentionInputs,
  type AttentionProblem,
  type AttentionResult,
  type Backend,
  type BsrMatrix,
  type DenseMatrix,
  DisposedError,
  type Dtype,
  type Plan,
  type PlanOptions,
  type SddmmInputs,
  type SddmmProblem,
  type SpgemmInputs,
  type SpgemmProblem,
  type SpgemmResult,
  type Spmm24Inputs,
  type Spmm24Problem,
  type SpmmInputs,
  type SpmmProblem,
  type Values,
} from '@sparsek/types';
import { DISPOSE } from '../dispose.js';
import { encode } from '../numeric/values.js';
import { attentionSteps } from '../reference/attention.js';
import { sddmmSteps } from '../reference/sddmm.js';
import { blocksToDense, spgemmSteps } from '../reference/spgemm.js';
import { spmmSteps } from '../reference/spmm.js';
import { spmm24Steps } from '../reference/spmm24.js';
import { attentionOutput } from './attention-output.js';
import { type PlanParts, referencePlan } from './plan.js';

/**
 * The float64 reference as a backend: every operation and dtype, in plain TypeScript, computed in float64 and rounded
 * once to the output dtype. It is some thousand times slower than native code: for checks, and for machines that have
 * no native code.
 *
 * The event loop turns about every 20 ms during a run (in attention, after one row at the soonest), and an aborted signal
 * stops the run there.
 */
export function referenceBackend(): Backend {
  let disposed = false;

  /** Checks, then makes a plan; in an async function, so that every error is a rejection. */
  async function plan<Inputs, Computed, Output>(
    options: PlanOptions | undefined,
    checkProblem: (validate: boolean) => void,
    parts: () => Omit<PlanParts<Inputs, Computed, Output>, 'planMs' | 'isDisposed'>,
  ): Promise<Plan<Inputs, Output>> {
    if (disposed) throw new DisposedError('The reference backend was disposed; make a new one');
    options?.signal?.throwIfAborted();
    const start = performance.now();
    checkProblem(options?.validate !== false);
    return referencePlan({ ...parts(), planMs: performance.now() - start, isDisposed: () => disposed });
  }

  return {
    name: 'reference',
    device: 'float64 in TypeScript (slow)',
    supports: () => true,
    planSpmm: (problem, options) =>
      plan(
        options,
        (validate) => checkSpmmProblem(problem, validate),
        () => spmmParts(problem),
      ),
    planSddmm: (problem, options) =>
      plan(
        options,
        (validate) => checkSddmmProblem(problem, validate),
        () => sddmmParts(problem),
      ),
    planSpgemm: (problem, options) =>
      plan(
        options,
        (validate) => checkSpgemmProblem(problem, validate),
        () => spgemmParts(problem),
      ),
    planSpmm24: (problem, options) =>
      plan(
        options,
        (validate) => checkSpmm24Problem(problem, validate),
        () => spmm24Parts(problem),
      ),
    planAttention: (problem, options) =>
      plan(
        options,
        (validate) => checkAttentionProblem(problem, validate),
        () => attentionParts(problem),
      ),
    [DISPOSE]() {
      disposed = true;
    },
  };
}

type Parts<Inputs, Computed, Output> = Omit<PlanParts<Inputs, Computed, Output>, 'planMs' | 'isDisposed'>;

function spmmParts(problem: SpmmProblem): Parts<SpmmInputs, Float64Array, DenseMatrix> {
  const product = spmmProduct(problem);
  return {
    check: (inputs) => checkSpmmInputs(problem, inputs),
    compute: (inputs) => spmmSteps(problem, inputs),
    finish: (numbers, inputs) => denseOutput(numbers, product, inputs.out),
  };
}

function spmm24Parts(problem: Spmm24Problem): Parts<Spmm24Inputs, Float64Array, DenseMatrix> {
  const product = spmm24Product(problem);
  return {
    check: (inputs) => checkSpmm24Inputs(problem, inputs),
    compute: (inputs) => spmm24Steps(problem, inputs),
    finish: (numbers, inputs) => denseOutput(numbers, product, inputs.out),
  };
}

function sddmmParts(problem: SddmmProblem): Parts<SddmmInputs, Float64Array, BsrMatrix> {
  const { pattern, dtype, outputDtype = dtype } = problem;
  return {
    check: (inputs) => checkSddmmInputs(problem, inputs),
    compute: (inputs) => sddmmSteps(problem, inputs),
    finish: (numbers, inputs) => ({
      ...pattern,
      dtype: outputDtype,
      values: place(encode(numbers, outputDtype), inputs.out),
    }),
  };
}

function spgemmParts(
  problem: SpgemmProblem,
): Parts<SpgemmInputs, { pattern: SpgemmProblem['a']; values: Float64Array }, SpgemmResult> {
  const dtype: Dtype = problem.outputDtype ?? problem.dtype;
  return {
    check: (inputs) => checkSpgemmInputs(problem, inputs),
    compute: (inputs) => spgemmSteps(problem, inputs),
    finish: ({ pattern, values }) =>
      problem.output === 'dense'
        ? { shape: pattern.shape, dtype, values: encode(blocksToDense(pattern, values), dtype) }
        : { ...pattern, dtype, values: encode(values, dtype) },
  };
}

function attentionParts(
  problem: AttentionProblem,
): Parts<AttentionInputs, { o: Float64Array; lse: Float64Array }, AttentionResult> {
  return {
    check: (inputs) => checkAttentionInputs(problem, inputs),
    compute: (inputs) => attentionSteps(problem, inputs),
    finish: (computed, inputs) => attentionOutput(problem, inputs, computed),
  };
}

function denseOutput(numbers: Float64Array, product: Product, out: DenseMatrix | undefined): DenseMatrix {
  const values = encode(numbers, product.outputDtype);
  return { shape: product.output, dtype: product.outputDtype, values: place(values, out?.values) };
}

/** Values in the array that the caller asked for, if any. */
function place(values: Values, out: Values | undefined): Values {
  out?.set(values);
  return out ?? values;
}
