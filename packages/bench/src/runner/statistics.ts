import { max, median, medianAbsoluteDeviation, min } from 'simple-statistics';

/** Times in milliseconds. `spread` is the median absolute deviation over the median. */
export interface TimingSummary {
  readonly runs: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly spread: number;
}

export function summarise(times: readonly number[]): TimingSummary {
  const values = [...times];
  const middle = median(values);
  return {
    runs: values.length,
    median: middle,
    min: min(values),
    max: max(values),
    spread: middle > 0 ? medianAbsoluteDeviation(values) / middle : 0,
  };
}

/**
 * Median of the ratios taken pair by pair, `other / own`: above 1 means that own is faster. Interleaved pairs see
 * the same state of the machine, so their ratio is steadier than the ratio of two medians.
 */
export function pairedSpeedup(own: readonly number[], other: readonly number[]): number {
  const pairs = own.slice(0, other.length).map((time, round) => (other[round] ?? Number.NaN) / time);
  return median(pairs);
}
