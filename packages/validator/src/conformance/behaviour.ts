import {
  type Backend,
  DisposedError,
  DTYPES,
  OPERATIONS,
  type OperationName,
  type RunOptions,
} from '@sparsek/types';
import { buildSpmm } from '../cases/build-matmul.js';
import type { AttentionCase, Case, SpmmCase } from '../cases/case.js';
import { regular, sharedMask } from '../cases/masks.js';
import { pattern } from '../cases/patterns.js';
import { DISPOSE } from '../dispose.js';
import { packedRows } from '../reference/dense.js';
import { referenceSpmm } from '../reference/spmm.js';
import type { CheckResult } from './check-case.js';
import { SMALL } from './small-cases.js';
import { type PlannedTrial, trialOf } from './trial.js';

/** A promise of the `Backend` contract that is not about values. */
export interface BehaviourCheck {
  readonly operation: OperationName;
  readonly name: string;
  readonly run: (backend: Backend) => Promise<CheckResult>;
}

/** Longest time that aborted work may go on, in milliseconds. */
const ABORT_LIMIT = 5000;

export function behaviourChecks(): BehaviourCheck[] {
  return OPERATIONS.flatMap((operation) => [
    behaviour(operation, 'a disposed plan does not run', disposedPlan),
    behaviour(operation, 'disposing twice is harmless', disposeTwice),
    behaviour(operation, 'an aborted signal stops planning', abortedPlanning),
    behaviour(operation, 'an aborted signal stops a run, and the plan lives on', abortedRun),
    behaviour(operation, 'aborting during a run', abortDuringRun),
    behaviour(operation, 'progress is a share that does not fall', progress),
    behaviour(operation, 'validate: false changes nothing for good input', withoutValidation),
    behaviour(operation, 'runs at the same time do not disturb each other', concurrentRuns),
    ...(operation === 'spmm' ? [behaviour(operation, 'one plan serves new values', newValues)] : []),
  ]);
}

/** Throws with a reason when the promise is broken. */
type Promised = (backend: Backend, testCase: Case) => Promise<void>;

function behaviour(operation: OperationName, name: string, promised: Promised): BehaviourCheck {
  return {
    operation,
    name: `${operation}: ${name}`,
    run: async (backend) => {
      const dtype = DTYPES.find((candidate) => backend.supports(operation, candidate));
      if (dtype === undefined) return { status: 'skipped', reason: `${backend.name} has no ${operation}` };
      try {
        await promised(backend, { ...SMALL[operation], dtype });
        return { status: 'passed' };
      } catch (error) {
        return { status: 'failed', reason: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}

async function disposedPlan(backend: Backend, testCase: Case): Promise<void> {
  const plan = await trialOf(testCase).plan(backend);
  plan[DISPOSE]();
  const error = await rejection(plan.run('new'));
  if (!DisposedError.isInstance(error)) fail(`expected a DisposedError but received ${text(error)}`);
}

async function disposeTwice(backend: Backend, testCase: Case): Promise<void> {
  const plan = await trialOf(testCase).plan(backend);
  await plan.run('new');
  plan[DISPOSE]();
  plan[DISPOSE]();
}

async function abortedPlanning(backend: Backend, testCase: Case): Promise<void> {
  const reason = new Error('not wanted any more');
  const error = await rejection(trialOf(testCase).plan(backend, { signal: AbortSignal.abort(reason) }));
  if (error !== reason) fail(`expected the signal's reason but received ${text(error)}`);
}

async function abortedRun(backend: Backend, testCase: Case): Promise<void> {
  const trial = trialOf(testCase);
  using plan = await trial.plan(backend);
  const reason = new Error('not wanted any more');
  const error = await rejection(plan.run('new', { signal: AbortSignal.abort(reason) }));
  if (error !== reason) fail(`expected the signal's reason but received ${text(error)}`);
  expectRight(trial, await plan.run('new'), 'after an aborted run');
}

/** Work that may still be going on when it is aborted; a fast backend may also have finished. */
async function abortDuringRun(backend: Backend, testCase: Case): Promise<void> {
  const trial = trialOf({ ...(LONGER[testCase.operation] ?? testCase), dtype: testCase.dtype });
  using plan = await trial.plan(backend);
  const controller = new AbortController();
  const reason = new Error('not wanted any more');
  const running = plan.run('given', { signal: controller.signal }).then(
    () => undefined,
    (error: unknown) => error,
  );
  await new Promise<void>((resolve) => setTimeout(resolve, 1));
  controller.abort(reason);
  const start = performance.now();
  const error = await running;
  if (error !== undefined && error !== reason)
    fail(`expected the signal's reason but received ${text(error)}`);
  const waited = performance.now() - start;
  if (waited > ABORT_LIMIT) fail(`it went on for ${Math.round(waited)} ms after it was aborted`);
}

async function progress(backend: Backend, testCase: Case): Promise<void> {
  const trial = trialOf({ ...(LONGER[testCase.operation] ?? testCase), dtype: testCase.dtype });
  using plan = await trial.plan(backend);
  let last = 0;
  let wrong: string | undefined;
  const onProgress = (fraction: number) => {
    if (!(fraction >= last && fraction <= 1)) wrong ??= `${fraction} came after ${last}`;
    last = fraction;
  };
  await plan.run('new', { onProgress });
  if (wrong !== undefined) fail(wrong);
}

async function withoutValidation(backend: Backend, testCase: Case): Promise<void> {
  const trial = trialOf(testCase);
  using plan = await trial.plan(backend, { validate: false });
  expectRight(trial, await plan.run('new'), 'with validate: false');
}

async function concurrentRuns(backend: Backend, testCase: Case): Promise<void> {
  const trials = [trialOf(testCase), trialOf({ ...testCase, seed: testCase.seed + 1 })];
  const plans = await Promise.all(trials.map((trial) => trial.plan(backend)));
  try {
    const runs = plans.flatMap((plan, p) => Array.from({ length: 4 }, () => runOf(plan, p)));
    for (const { p, outcome } of await Promise.all(runs))
      expectRight(trials[p]!, outcome, 'among runs at the same time');
  } finally {
    for (const plan of plans) plan[DISPOSE]();
  }
}

async function runOf(plan: PlannedTrial, p: number, options?: RunOptions) {
  return { p, outcome: await plan.run('new', options) };
}

async function newValues(backend: Backend, { dtype }: Case): Promise<void> {
  const first = buildSpmm({ ...SMALL.spmm, dtype });
  using plan = await backend.planSpmm(first.problem);
  for (const seed of [1, 2, 3]) {
    const { inputs } = buildSpmm({ ...SMALL.spmm, dtype, seed });
    const { output } = await plan.run(inputs);
    const reference = referenceSpmm(first.problem, inputs);
    const numbers = packedRows(output);
    const worst = reference.reduce((most, r, i) => Math.max(most, Math.abs(r - numbers[i]!)), 0);
    if (!(worst < (dtype === 'f32' ? 1e-4 : 0.1))) fail(`off by ${worst} with the values of seed ${seed}`);
  }
}

/** Cases that take a backend without native code some tenths of a second. */
const LONGER: Partial<Record<OperationName, Case>> = {
  spmm: {
    ...SMALL.spmm,
    pattern: pattern([256, 256], [32, 32], () => true),
    denseExtent: 256,
  } satisfies SpmmCase,
  attention: {
    ...SMALL.attention,
    headDim: 32,
    mask: sharedMask([256, 256], [64, 64], regular({ diagonal: [null, 0] })),
  } satisfies AttentionCase,
};

function expectRight(
  trial: ReturnType<typeof trialOf>,
  outcome: Awaited<ReturnType<PlannedTrial['run']>>,
  when: string,
): void {
  const failure = outcome.fault ?? trial.compare(outcome.numbers).find(({ ok }) => !ok)?.failure;
  if (failure !== undefined) fail(`${when}: ${failure}`);
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return fail('expected a rejection but there was a result');
}

function text(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function fail(message: string): never {
  throw new Error(message);
}
