import type { TimingSummary } from '../runner/statistics.js';
import type { CaseResult, ContestantResult } from './schema.js';

/** How many standard errors a difference must exceed to count: chance alone exceeds them once in some hundred cases. */
export const STANDARD_ERRORS = 3;

/** The deviation of a normal distribution over its median absolute deviation, and that of a median over that of a mean. */
const DEVIATION = 1.4826;
const MEDIAN_OVER_MEAN = 1.2533;

/** Fewer runs than this tell nothing of their spread; then one that is usual on a shared machine is assumed. */
const FEWEST_RUNS = 3;
const USUAL_SPREAD = 0.1;

/**
 * The median absolute deviation of few values is too small on average, by this factor (Croux and Rousseeuw, "Time-efficient
 * algorithms for two highly robust estimators of scale", 1992, section 5, which gives it for more than nine).
 */
const smallSample = (runs: number) => runs / (runs - 0.8);

/** Standard error of the median, as a share of it, were the times normal and independent. */
export function errorOfMedian({ spread, runs }: TimingSummary): number {
  const known = runs < FEWEST_RUNS ? Math.max(spread, USUAL_SPREAD) : smallSample(runs) * spread;
  return (MEDIAN_OVER_MEAN * DEVIATION * known) / Math.sqrt(runs);
}

/** Whom a case shows to be faster, the first contestant or a peer; `neither` where chance explains the difference. */
export function fasterOf(
  { noise, contestants }: CaseResult,
  peer: ContestantResult,
): 'own' | 'peer' | 'neither' {
  const own = contestants[0];
  const { timeRatio } = peer;
  if (timeRatio === undefined || !own?.timing || !peer.timing) return 'neither';
  const errors = [own.timing, peer.timing].map(errorOfMedian);
  // The noise is a single difference of equals: by itself, chance alone exceeds it every other time.
  const least = 1 + Math.max(noise, STANDARD_ERRORS * Math.hypot(...errors));
  if (timeRatio > least) return 'own';
  return timeRatio < 1 / least ? 'peer' : 'neither';
}
