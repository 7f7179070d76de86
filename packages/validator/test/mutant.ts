import type {
  AttentionInputs,
  AttentionProblem,
  AttentionResult,
  Backend,
  DenseMatrix,
  OperationName,
  Plan,
  PlanOptions,
  SpmmInputs,
  SpmmProblem,
  Timed,
} from '@sparsek/types';
import {
  type CheckReport,
  conformanceCases,
  describeCase,
  referenceBackend,
  runConformance,
} from '../src/index.js';

/** How a deliberately broken backend differs from the reference. */
export interface Mutation {
  /** Which cases must catch it, by their description; default: those in f32. */
  readonly among?: RegExp;
  readonly spmmProblem?: (problem: SpmmProblem) => SpmmProblem;
  readonly spmmInputs?: (inputs: SpmmInputs, problem: SpmmProblem) => SpmmInputs;
  /** Spoils the result in its memory, or gives another one. */
  readonly spmmOutput?: (
    output: DenseMatrix,
    inputs: SpmmInputs,
    problem: SpmmProblem,
  ) => DenseMatrix | undefined;
  readonly attentionProblem?: (problem: AttentionProblem) => AttentionProblem;
  readonly attentionInputs?: (inputs: AttentionInputs, problem: AttentionProblem) => AttentionInputs;
  readonly attentionOutput?: (
    output: AttentionResult,
    inputs: AttentionInputs,
    problem: AttentionProblem,
  ) => AttentionResult | undefined;
  readonly planOptions?: (options: PlanOptions | undefined) => PlanOptions | undefined;
  readonly wrapPlan?: <Inputs, Output>(plan: Plan<Inputs, Output>) => Plan<Inputs, Output>;
}

export function mutant(mutation: Mutation): Backend {
  const base = referenceBackend();
  const optionsOf = (options?: PlanOptions) => mutation.planOptions?.(options) ?? options;
  return {
    ...base,
    async planSpmm(problem, options) {
      const changed = mutation.spmmProblem?.(problem) ?? problem;
      const plan = spoil(
        await base.planSpmm(changed, optionsOf(options)),
        (inputs) => mutation.spmmInputs?.(inputs, problem) ?? inputs,
        (output, inputs) => mutation.spmmOutput?.(output, inputs, problem) ?? output,
      );
      return mutation.wrapPlan?.(plan) ?? plan;
    },
    async planAttention(problem, options) {
      const changed = mutation.attentionProblem?.(problem) ?? problem;
      const plan = spoil(
        await base.planAttention(changed, optionsOf(options)),
        (inputs) => mutation.attentionInputs?.(inputs, problem) ?? inputs,
        (output, inputs) => mutation.attentionOutput?.(output, inputs, problem) ?? output,
      );
      return mutation.wrapPlan?.(plan) ?? plan;
    },
  };
}

function spoil<Inputs, Output>(
  plan: Plan<Inputs, Output>,
  changeInputs: (inputs: Inputs) => Inputs,
  changeOutput: (output: Output, inputs: Inputs) => Output,
): Plan<Inputs, Output> {
  return {
    ...plan,
    async run(inputs, options): Promise<Timed<Output>> {
      const { output, computeMs } = await plan.run(changeInputs(inputs), options);
      return { output: changeOutput(output, inputs), computeMs };
    },
    [Symbol.dispose]: () => plan[Symbol.dispose](),
  };
}

const CASES = conformanceCases();

/** The first case that catches a mutation, or undefined. */
export function firstFailure(operation: OperationName, mutation: Mutation): Promise<CheckReport | undefined> {
  return firstFailureOf(mutant(mutation), operation, mutation.among);
}

export async function firstFailureOf(
  backend: Backend,
  operation: OperationName,
  among: RegExp = / f32: /,
): Promise<CheckReport | undefined> {
  const cases = CASES.filter(
    (testCase) => testCase.operation === operation && among.test(describeCase(testCase)),
  );
  const controller = new AbortController();
  let failure: CheckReport | undefined;
  const onCase = (report: CheckReport) => {
    if (report.status !== 'failed') return;
    failure = report;
    controller.abort();
  };
  const options = { cases, onCase, signal: controller.signal };
  await runConformance(backend, options).catch((error: unknown) => {
    if (failure === undefined) throw error;
  });
  return failure;
}
