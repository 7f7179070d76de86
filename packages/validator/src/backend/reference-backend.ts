import { checkHybrid, checkPattern, checkSparse24 } from '@sparsek/bsr';
import {
  type AttentionInputs,
  type AttentionProblem,
  type AttentionResult,
  type Backend,
  type BsrMatrix,
  type DenseMatrix,
  DisposedError,
  type Dtype,
  InvalidArgumentError,
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
import { checkChoice, checkCount, checkDtype, checkNumber, checkValues } from '../checks/arguments.js';
import { checkAttentionInputs, checkAttentionProblem } from '../checks/attention.js';
import {
  checkOperand,
  checkProduct,
  checkProductInputs,
  outputShape,
  type Product,
} from '../checks/product.js';
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
        (validate) => checkSpmm(problem, validate),
        () => spmmParts(problem),
      ),
    planSddmm: (problem, options) =>
      plan(
        options,
        (validate) => checkSddmm(problem, validate),
        () => sddmmParts(problem),
      ),
    planSpgemm: (problem, options) =>
      plan(
        options,
        (validate) => checkSpgemm(problem, validate),
        () => spgemmParts(problem),
      ),
    planSpmm24: (problem, options) =>
      plan(
        options,
        (validate) => checkSpmm24(problem, validate),
        () => spmm24Parts(problem),
      ),
    planAttention: (problem, options) =>
      plan(
        options,
        (validate) => checkAttentionProblem(problem, validate),
        () => attentionParts(problem),
      ),
    [Symbol.dispose]() {
      disposed = true;
    },
  };
}

type Parts<Inputs, Computed, Output> = Omit<PlanParts<Inputs, Computed, Output>, 'planMs' | 'isDisposed'>;

function checkSpmm(problem: SpmmProblem, validate: boolean): void {
  if (validate) checkPattern(problem.pattern, 'pattern');
  checkDtype(problem.dtype, 'dtype');
  if (problem.side !== undefined) checkChoice(problem.side, ['left', 'right'], 'side');
  checkProduct(problem);
}

function spmmParts(problem: SpmmProblem): Parts<SpmmInputs, Float64Array, DenseMatrix> {
  const { pattern, dtype } = problem;
  const [m, k] = pattern.shape;
  const product: Product = {
    shape: problem.transpose === true ? [k, m] : [m, k],
    side: problem.side ?? 'left',
    denseExtent: problem.denseExtent,
    dtype,
    outputDtype: problem.outputDtype ?? dtype,
  };
  return {
    check: (inputs) => {
      checkValues(inputs.values, dtype, storedLength(pattern), 'values');
      checkProductInputs(product, inputs);
    },
    compute: (inputs) => spmmSteps(problem, inputs),
    finish: (numbers, inputs) => denseOutput(numbers, product, inputs.out),
  };
}

function checkSpmm24(problem: Spmm24Problem, validate: boolean): void {
  const { a } = problem;
  if (validate && 'kinds' in a) checkHybrid(a, 'a');
  if (validate && !('kinds' in a)) checkSparse24(a, 'a');
  checkProduct(problem);
}

function spmm24Parts(problem: Spmm24Problem): Parts<Spmm24Inputs, Float64Array, DenseMatrix> {
  const { shape, dtype } = problem.a;
  const outputDtype = problem.outputDtype ?? dtype;
  const product: Product = { shape, side: 'left', denseExtent: problem.denseExtent, dtype, outputDtype };
  return {
    check: (inputs) => checkProductInputs(product, inputs),
    compute: (inputs) => spmm24Steps(problem, inputs),
    finish: (numbers, inputs) => denseOutput(numbers, product, inputs.out),
  };
}

function checkSddmm(problem: SddmmProblem, validate: boolean): void {
  if (validate) checkPattern(problem.pattern, 'pattern');
  checkDtype(problem.dtype, 'dtype');
  checkCount(problem.inner, 'inner');
  if (problem.outputDtype !== undefined) checkDtype(problem.outputDtype, 'outputDtype');
}

function sddmmParts(problem: SddmmProblem): Parts<SddmmInputs, Float64Array, BsrMatrix> {
  const { pattern, dtype, inner } = problem;
  const outputDtype = problem.outputDtype ?? dtype;
  return {
    check: (inputs) => {
      checkOperand(inputs.a, [pattern.shape[0], inner], dtype, 'a');
      checkOperand(inputs.b, [inner, pattern.shape[1]], dtype, 'b');
      checkNumber(inputs.alpha, 'alpha');
      if (inputs.out !== undefined) checkValues(inputs.out, outputDtype, storedLength(pattern), 'out');
    },
    compute: (inputs) => sddmmSteps(problem, inputs),
    finish: (numbers, inputs) => ({
      ...pattern,
      dtype: outputDtype,
      values: place(encode(numbers, outputDtype), inputs.out),
    }),
  };
}

function checkSpgemm(problem: SpgemmProblem, validate: boolean): void {
  const { a, b } = problem;
  if (validate) {
    checkPattern(a, 'a');
    checkPattern(b, 'b');
  }
  if (b.shape[0] !== a.shape[1]) {
    throw new InvalidArgumentError('b.shape[0]', `${a.shape[1]} (the columns of a)`, b.shape[0]);
  }
  if (b.blockShape[0] !== a.blockShape[1]) {
    throw new InvalidArgumentError(
      'b.blockShape[0]',
      `${a.blockShape[1]} (a's block width)`,
      b.blockShape[0],
    );
  }
  checkDtype(problem.dtype, 'dtype');
  if (problem.output !== undefined) checkChoice(problem.output, ['bsr', 'dense'], 'output');
  if (problem.outputDtype !== undefined) checkDtype(problem.outputDtype, 'outputDtype');
}

function spgemmParts(
  problem: SpgemmProblem,
): Parts<SpgemmInputs, { pattern: SpgemmProblem['a']; values: Float64Array }, SpgemmResult> {
  const dtype: Dtype = problem.outputDtype ?? problem.dtype;
  return {
    check: (inputs) => {
      checkValues(inputs.aValues, problem.dtype, storedLength(problem.a), 'aValues');
      checkValues(inputs.bValues, problem.dtype, storedLength(problem.b), 'bValues');
      checkNumber(inputs.alpha, 'alpha');
    },
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

function storedLength(pattern: SpmmProblem['pattern']): number {
  return pattern.indices.length * pattern.blockShape[0] * pattern.blockShape[1];
}

function denseOutput(numbers: Float64Array, product: Product, out: DenseMatrix | undefined): DenseMatrix {
  const values = encode(numbers, product.outputDtype);
  return { shape: outputShape(product), dtype: product.outputDtype, values: place(values, out?.values) };
}

/** Values in the array that the caller asked for, if any. */
function place(values: Values, out: Values | undefined): Values {
  out?.set(values);
  return out ?? values;
}
