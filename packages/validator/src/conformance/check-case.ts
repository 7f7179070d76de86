import { type Backend, type RunOptions, UnsupportedOperationError } from '@sparsek/types';
import type { Case } from '../cases/case.js';
import { type Outcome, type PlannedTrial, type Trial, trialOf } from './trial.js';

/** How one check ended. */
export interface CheckResult {
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped. */
  readonly reason?: string;
  /** Largest error and its bound, where numbers were compared. */
  readonly error?: number;
  readonly bound?: number;
}

/**
 * Tries one case on a backend: plans it, runs it into memory that holds NaN, compares every element, runs it again
 * into new memory and expects the same bits, and looks for anything written that must not have been.
 *
 * @param repeats how often it is run again.
 */
export async function checkCase(
  backend: Backend,
  testCase: Case,
  repeats: number,
  options: RunOptions = {},
): Promise<CheckResult> {
  if (!backend.supports(testCase.operation, testCase.dtype)) {
    return {
      status: 'skipped',
      reason: `${backend.name} has no ${testCase.operation} for ${testCase.dtype}`,
    };
  }
  const trial = trialOf(testCase);
  try {
    using planned = await trial.plan(backend, options);
    return await checkRuns(trial, planned, repeats, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (UnsupportedOperationError.isInstance(error)) return { status: 'skipped', reason: error.message };
    return {
      status: 'failed',
      reason: `threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
    };
  }
}

async function checkRuns(
  trial: Trial,
  planned: PlannedTrial,
  repeats: number,
  options: RunOptions,
): Promise<CheckResult> {
  const first = await planned.run(trial.takesOut ? 'given' : 'new', options);
  const fault = first.fault ?? timesFault(planned, first);
  if (fault !== undefined) return { status: 'failed', reason: fault };
  const comparisons = trial.compare(first.numbers);
  const worst = comparisons.find((comparison) => !comparison.ok) ?? comparisons[0]!;
  const measured = { error: worst.error, bound: worst.bound };
  if (worst.failure !== undefined) return { status: 'failed', reason: worst.failure, ...measured };
  for (let repeat = 0; repeat < repeats; repeat++) {
    const again = await planned.run('new', options);
    const difference = again.fault ?? firstDifference(first.numbers, again.numbers);
    if (difference !== undefined)
      return { status: 'failed', reason: `second run: ${difference}`, ...measured };
  }
  const damage = trial.damage();
  return damage === undefined
    ? { status: 'passed', ...measured }
    : { status: 'failed', reason: damage, ...measured };
}

function timesFault(planned: PlannedTrial, outcome: Outcome): string | undefined {
  const times = [planned.planMs, outcome.computeMs];
  if (!times.every((time) => Number.isFinite(time) && time >= 0))
    return `planMs and computeMs are ${times.join(', ')}`;
  return typeof planned.kernel === 'string' && planned.kernel !== ''
    ? undefined
    : 'the plan does not name its kernel';
}

/** Runs of one plan on the same values must give the same bits. */
function firstDifference(a: Float64Array, b: Float64Array): string | undefined {
  if (a.length !== b.length) return `expected ${a.length} numbers but received ${b.length}`;
  const e = a.findIndex((x, i) => !Object.is(x, b[i]));
  return e === -1 ? undefined : `number ${e} was ${a[e]} before and is ${b[e]} now`;
}
