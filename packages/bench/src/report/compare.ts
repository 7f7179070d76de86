import type { BenchReport, CaseResult, ContestantResult } from './schema.js';

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
  /** What a difference must pass to count. */
  readonly threshold: number;
  readonly note: string;
}

/**
 * Compares the first contestant of each case. Where both runs timed the same peer, the speed counts relative to that
 * peer, which cancels the machine's state; otherwise by time alone, which only means something on one machine.
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
  const threshold = Math.max(tolerance, 3 * (old.noise + now.noise));
  const [oldOwn, newOwn] = [old.contestants[0], now.contestants[0]];
  if (newOwn?.check && !newOwn.check.passed) {
    const { error, bound } = newOwn.check;
    return { name, change: 'wrong', threshold, note: `error ${error} exceeds ${bound}` };
  }
  if (!oldOwn?.timing || !newOwn?.timing) {
    return { name, change: 'missing', threshold, note: 'not timed in both runs' };
  }
  const peer = sharedPeer(old, now, wanted);
  if (wanted !== undefined && !peer) {
    return { name, change: 'missing', threshold, note: `${wanted} not timed in both runs` };
  }
  const ratio = peer ? peer.now / peer.old : oldOwn.timing.median / newOwn.timing.median;
  const change = ratio > 1 + threshold ? 'faster' : ratio < 1 / (1 + threshold) ? 'slower' : 'same';
  return { name, change, ratio, threshold, note: peer ? `relative to ${peer.name}` : 'by time alone' };
}

function sharedPeer(
  old: CaseResult,
  now: CaseResult,
  wanted: string | undefined,
): { name: string; old: number; now: number } | undefined {
  const ratioOf = (contestant: ContestantResult | undefined) => contestant?.timeRatio;
  for (const peer of old.contestants.slice(1)) {
    if (wanted !== undefined && peer.name !== wanted) continue;
    const [before, after] = [peer, now.contestants.slice(1).find(({ name }) => name === peer.name)].map(
      ratioOf,
    );
    if (before !== undefined && after !== undefined) return { name: peer.name, old: before, now: after };
  }
  return undefined;
}
