/** For results too large to compare whole: which rows to compare, and how far off they are. */

/** Up to `count` different numbers from 0 to `length - 1`, evenly spread, with both ends. */
export function spreadOver(length: number, count: number): number[] {
  const last = Math.min(count, length) - 1;
  if (last <= 0) return length > 0 && count > 0 ? [0] : [];
  return Array.from({ length: last + 1 }, (_, index) => Math.round((index * (length - 1)) / last));
}

/** max|x - r| over the elements of the reference; NaN where an element is NaN or missing. */
export function largestError(reference: ArrayLike<number>, actual: ArrayLike<number>): number {
  let largest = 0;
  for (let e = 0; e < reference.length; e++) {
    const error = Math.abs(reference[e]! - (actual[e] ?? Number.NaN));
    if (Number.isNaN(error)) return Number.NaN;
    largest = Math.max(largest, error);
  }
  return largest;
}

/**
 * ||x - r|| / ||r|| in the Frobenius norm, or ||x|| where the reference is 0 everywhere; NaN where an element is NaN or
 * missing.
 */
export function relativeError(reference: ArrayLike<number>, actual: ArrayLike<number>): number {
  let error = 0;
  let norm = 0;
  for (let e = 0; e < reference.length; e++) {
    error += (reference[e]! - (actual[e] ?? Number.NaN)) ** 2;
    norm += reference[e]! ** 2;
  }
  return norm > 0 ? Math.sqrt(error / norm) : Math.sqrt(error);
}
