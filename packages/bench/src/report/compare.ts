import { isDeepStrictEqual } from 'node:util';
import type { TimingSummary } from '../runner/statistics.js';
import type { BenchReport, CaseResult, ContestantResult } from './schema.js';
import { errorOfMedian, STANDARD_ERRORS } from './standard-error.js';

const SMALLEST_CHANGE = 0.05;

export interface CompareOptions {
  /**
   * Below this a difference is never called a change, however quiet both runs were: 0.05, the default, is 5 %. Runs of
   * different machines want far more.
   */
  readonly tolerance?: number;
  /** Judge relative to the contestant of this name only; a case that lacks it in either run is called missing. */
  readonly peer?: string;
}

export type Change = 'faster' | 'slower' | 'same' | 'wrong' | 'missing';

export interface CaseComparison {
  readonly name: string;
  readonly change: Change;
  /** New speed over old speed, judged as {@link compareReports} says; absent where it cannot be judged. */
  readonly ratio?: number;
  /** What a difference must pass to count: the tolerance, or three times what the runs themselves cannot tell apart. */
  readonly threshold: number;
  readonly note: string;
}

/**
 * Compares the first contestant of each case. Where both runs timed the same peer, the speed counts relative to that
 * peer, which cancels the machine's state (of several, the one whose times scatter least); otherwise by time alone, which
 * only means something on one machine.
 */
export function compareReports(
  before: BenchReport,
  after: BenchReport,
  options: CompareOptions = {},
): CaseComparison[] {
  const found = new Map(after.results.map((result) => [result.case.name, result]));
  return before.results.map((old) => {
    const now = found.get(old.case.name);
    return now
      ? compareCase(old, now, options)
      : { name: old.case.name, change: 'missing', threshold: 0, note: 'not in the new run' };
  });
}

/** Whether a comparison holds anything that should stop a release. */
export function isRegression({ change }: CaseComparison): boolean {
  return change === 'slower' || change === 'wrong' || change === 'missing';
}

function compareCase(
  old: CaseResult,
  now: CaseResult,
  { tolerance = SMALLEST_CHANGE, peer: wanted }: CompareOptions,
): CaseComparison {
  const { name } = old.case;
  if (!isDeepStrictEqual(old.case, now.case)) {
    return { name, change: 'missing', threshold: 0, note: 'another case of this name in the new run' };
  }
  const noisy = Math.max(tolerance, 3 * (old.noise + now.noise));
  const [oldOwn, newOwn] = [old.contestants[0], now.contestants[0]];
  if (newOwn?.check && !newOwn.check.passed) {
    const { error, bound } = newOwn.check;
    return { name, change: 'wrong', threshold: noisy, note: `error ${error} exceeds ${bound}` };
  }
  if (oldOwn?.check && !newOwn?.check) {
    return { name, change: 'missing', threshold: noisy, note: 'not checked in the new run' };
  }
  if (!oldOwn?.timing || !newOwn?.timing) {
    return { name, change: 'missing', threshold: noisy, note: 'not timed in both runs' };
  }
  const peer = sharedPeer(old, now, wanted);
  if (wanted !== undefined && !peer) {
    return { name, change: 'missing', threshold: noisy, note: `${wanted} not timed in both runs` };
  }
  const timings = [oldOwn.timing, newOwn.timing, ...(peer ? peer.timings : [])];
  const threshold = Math.max(noisy, STANDARD_ERRORS * Math.hypot(...timings.map(errorOfMedian)));
  const ratio = peer ? peer.now / peer.old : oldOwn.timing.median / newOwn.timing.median;
  const change = ratio > 1 + threshold ? 'faster' : ratio < 1 / (1 + threshold) ? 'slower' : 'same';
  return { name, change, ratio, threshold, note: peer ? `relative to ${peer.name}` : 'by time alone' };
}

interface SharedPeer {
  readonly name: string;
  readonly old: number;
  readonly now: number;
  readonly timings: readonly TimingSummary[];
}

/**
 * Of the peers that both runs timed, with right results, the one whose times scatter least, with how many times as long it
 * took. Peers of many threads scatter by factors where others use the machine too.
 */
function sharedPeer(old: CaseResult, now: CaseResult, wanted: string | undefined): SharedPeer | undefined {
  const shared = old.contestants.slice(1).flatMap((before): SharedPeer[] => {
    if (wanted !== undefined && before.name !== wanted) return [];
    const after = now.contestants.slice(1).find(({ name }) => name === before.name);
    const [oldRatio, newRatio] = [usableRatio(before), usableRatio(after)];
    if (oldRatio === undefined || newRatio === undefined) return [];
    const timings = [before.timing, after?.timing].filter((timing) => timing !== undefined);
    return [{ name: versionedName(before, after!), old: oldRatio, now: newRatio, timings }];
  });
  const scatter = ({ timings }: SharedPeer) => Math.hypot(...timings.map(errorOfMedian));
  const [first, ...others] = shared;
  return first && others.reduce((best, peer) => (scatter(peer) < scatter(best) ? peer : best), first);
}

/** A wrong answer is no time to compare with. */
const usableRatio = (peer: ContestantResult | undefined) =>
  peer?.check?.passed === false ? undefined : peer?.timeRatio;

/** A peer of another version may itself be what became faster or slower. */
const versionedName = (before: ContestantResult, after: ContestantResult) =>
  before.version === after.version
    ? before.name
    : `${before.name} (${before.version} before, ${after.version} after)`;
