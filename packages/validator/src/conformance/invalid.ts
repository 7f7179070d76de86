import {
  type AttentionInputs,
  type AttentionProblem,
  type Backend,
  type BsrPattern,
  type ErrorCode,
  type OperationName,
  type SddmmInputs,
  type SddmmProblem,
  SparsekError,
  type SpgemmInputs,
  type SpgemmProblem,
  type Spmm24Inputs,
  type Spmm24Problem,
  type SpmmInputs,
  type SpmmProblem,
} from '@sparsek/types';
import { buildAttention } from '../cases/build-attention.js';
import { buildSddmm, buildSpgemm, buildSpmm, buildSpmm24 } from '../cases/build-matmul.js';
import type { CheckResult } from './check-case.js';
import { attentionFaults } from './invalid-attention.js';
import { productFaults, sddmmFaults, spgemmFaults, spmm24Faults, spmmFaults } from './invalid-matmul.js';
import { SMALL } from './small-cases.js';

/** A mistake in the arguments: what it changes, and the codes of the errors that may answer it. */
export interface Fault<Problem, Inputs> {
  readonly name: string;
  readonly codes: readonly ErrorCode[];
  readonly problem?: (problem: Problem) => Problem;
  readonly inputs?: (inputs: Inputs, problem: Problem) => Inputs;
}

/** A wrong input and the check that a backend answers it with the right error. */
export interface InvalidCheck {
  readonly operation: OperationName;
  readonly name: string;
  readonly run: (backend: Backend) => Promise<CheckResult>;
}

/** Wrong inputs of every kind. A backend must answer each with an error, never with a result and never with a crash. */
export function invalidChecks(): InvalidCheck[] {
  const spmm = buildSpmm(SMALL.spmm);
  const spmm24 = buildSpmm24(SMALL.spmm24);
  const hybrid = buildSpmm24(SMALL.hybrid);
  const sddmm = buildSddmm(SMALL.sddmm);
  const spgemm = buildSpgemm(SMALL.spgemm);
  const attention = buildAttention(SMALL.attention);
  return [
    ...[...spmmFaults(), ...productFaults<SpmmProblem, SpmmInputs>()].map((fault) =>
      check('spmm', fault, spmm.problem, spmm.inputs, (backend, problem) => backend.planSpmm(problem)),
    ),
    ...[...spmm24Faults('sparse24'), ...productFaults<Spmm24Problem, Spmm24Inputs>()].map((fault) =>
      check('spmm24', fault, spmm24.problem, spmm24.inputs, (backend, problem) =>
        backend.planSpmm24(problem),
      ),
    ),
    ...spmm24Faults('hybrid').map((fault) =>
      check('spmm24', fault, hybrid.problem, hybrid.inputs, (backend, problem) =>
        backend.planSpmm24(problem),
      ),
    ),
    ...sddmmFaults().map((fault) =>
      check<SddmmProblem, SddmmInputs>('sddmm', fault, sddmm.problem, sddmm.inputs, (backend, problem) =>
        backend.planSddmm(problem),
      ),
    ),
    ...spgemmFaults().map((fault) =>
      check<SpgemmProblem, SpgemmInputs>('spgemm', fault, spgemm.problem, spgemm.inputs, (backend, problem) =>
        backend.planSpgemm(problem),
      ),
    ),
    ...attentionFaults().map((fault) =>
      check<AttentionProblem, AttentionInputs>(
        'attention',
        fault,
        attention.problem,
        attention.inputs,
        (b, problem) => b.planAttention(problem),
      ),
    ),
  ];
}

interface RunnablePlan<Inputs> extends Disposable {
  run(inputs: Inputs): Promise<unknown>;
}

function check<Problem, Inputs>(
  operation: OperationName,
  fault: Fault<Problem, Inputs>,
  problem: Problem,
  inputs: Inputs,
  makePlan: (backend: Backend, problem: Problem) => Promise<RunnablePlan<Inputs>>,
): InvalidCheck {
  async function attempt(backend: Backend): Promise<void> {
    const wrongProblem = fault.problem?.(problem) ?? problem;
    const wrongInputs = fault.inputs?.(inputs, wrongProblem) ?? inputs;
    using plan = await makePlan(backend, wrongProblem);
    await plan.run(wrongInputs);
  }

  async function run(backend: Backend): Promise<CheckResult> {
    if (!backend.supports(operation, 'f32')) {
      return { status: 'skipped', reason: `${backend.name} has no ${operation} for f32` };
    }
    try {
      await attempt(backend);
    } catch (error) {
      return judge(error, fault.codes);
    }
    return {
      status: 'failed',
      reason: `expected an error ${fault.codes.join(' or ')} but there was a result`,
    };
  }

  return { operation, name: `${operation}: wrong input: ${fault.name}`, run };
}

function judge(error: unknown, codes: readonly ErrorCode[]): CheckResult {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (!SparsekError.isInstance(error)) {
    return { status: 'failed', reason: `expected an error ${codes.join(' or ')} but it threw ${text}` };
  }
  if (!codes.includes(error.code)) {
    return {
      status: 'failed',
      reason: `expected an error ${codes.join(' or ')} but it threw ${error.code}: ${text}`,
    };
  }
  return error.message.length > 10
    ? { status: 'passed' }
    : { status: 'failed', reason: `the message "${error.message}" does not help anybody` };
}

/** A pattern with other index arrays. */
export function withArrays(
  pattern: BsrPattern,
  arrays: { readonly indptr?: readonly number[]; readonly indices?: readonly number[] },
): BsrPattern {
  return {
    ...pattern,
    ...(arrays.indptr && { indptr: Int32Array.from(arrays.indptr) }),
    ...(arrays.indices && { indices: Int32Array.from(arrays.indices) }),
  };
}
