import type { Dtype } from '@sparsek/types';
import { roundTo } from '../numeric/round.js';

/** What a result is held against, element by element. */
export interface Expectation {
  /** In float64, not rounded. */
  readonly reference: Float64Array;
  /** The naive result in the same precision. */
  readonly naive: Float64Array;
  /** Errors that rounding alone explains: see docs/validation.md. */
  readonly tolerance: Float64Array;
  readonly outputDtype: Dtype;
  /** Largest relative error in the Frobenius norm; absent where cancellation makes it meaningless. */
  readonly frobenius?: number;
  /** Norm of the error that the Frobenius bound allows in any case: a result of almost nothing has no relative error. */
  readonly frobeniusFloor?: number;
  /** Largest absolute error of any element, scaled by the largest result where that is above 1. */
  readonly absolute?: number;
}

/** How a result compares. Numbers are NaN-free, so that a report is plain JSON. */
export interface Comparison {
  readonly ok: boolean;
  /** max|x - r| over the elements that are finite in both. */
  readonly error: number;
  /** 2 * max|n - r| + max(tolerance). */
  readonly bound: number;
  readonly frobenius: number;
  /** What is wrong and where, when not ok. */
  readonly failure?: string;
}

/** The factor of FlashAttention's test rule: a kernel may be twice as far off as naive code is. */
const NAIVE_FACTOR = 2;

/**
 * Holds a result against what is expected. All of these must hold:
 * - where the reference, rounded to the output dtype, is not finite, the result is the same NaN or infinity; where it is
 *   finite, so is the result, unless naive code in the same precision overflows there as well;
 * - element by element |x - r| <= 2 |n - r| + tolerance, which implies max|x - r| <= 2 max|n - r| + floor with the
 *   largest tolerance as floor;
 * - the Frobenius and absolute bounds, where given.
 *
 * @param place names element e for people, such as "row 3, column 5".
 */
export function compare(
  actual: Float64Array,
  expected: Expectation,
  place: (element: number) => string,
): Comparison {
  const totals = { error: 0, naiveError: 0, floor: 0, errorSquared: 0, referenceSquared: 0, largest: 0 };
  let failure: string | undefined;
  if (actual.length !== expected.reference.length) {
    failure = `expected ${expected.reference.length} elements but received ${actual.length}`;
  }
  for (let e = 0; e < expected.reference.length && e < actual.length; e++) {
    const x = actual[e]!;
    const r = expected.reference[e]!;
    const n = expected.naive[e]!;
    const rounded = roundTo(r, expected.outputDtype);
    if (!Number.isFinite(rounded) || !Number.isFinite(x)) {
      const overflowsNaively = Number.isFinite(rounded) && !Number.isFinite(n);
      if (!Object.is(x, rounded) && !overflowsNaively) {
        failure ??= `expected ${rounded} at ${place(e)} but received ${x}`;
      }
      continue;
    }
    const error = Math.abs(x - r);
    const naiveError = Number.isFinite(n) ? Math.abs(n - r) : 0;
    const tolerance = expected.tolerance[e]!;
    // A tolerance that is not finite comes from an overflow of the sum of magnitudes: there, nothing can be said.
    if (Number.isFinite(tolerance)) {
      if (error > NAIVE_FACTOR * naiveError + tolerance) {
        failure ??= `expected ${r} at ${place(e)} but received ${x}: off by ${error}, allowed ${NAIVE_FACTOR * naiveError + tolerance}`;
      }
      totals.floor = Math.max(totals.floor, tolerance);
    }
    totals.error = Math.max(totals.error, error);
    totals.naiveError = Math.max(totals.naiveError, naiveError);
    totals.errorSquared += error * error;
    totals.referenceSquared += r * r;
    totals.largest = Math.max(totals.largest, Math.abs(r));
  }
  const bound = NAIVE_FACTOR * totals.naiveError + totals.floor;
  const frobenius = totals.errorSquared === 0 ? 0 : Math.sqrt(totals.errorSquared / totals.referenceSquared);
  if (expected.frobenius !== undefined) {
    const { frobeniusFloor = 0 } = expected;
    const allowed = expected.frobenius * Math.sqrt(totals.referenceSquared) + frobeniusFloor;
    if (Math.sqrt(totals.errorSquared) > allowed) {
      failure ??= `relative Frobenius error ${frobenius} is above ${expected.frobenius}`;
    }
  }
  if (expected.absolute !== undefined && totals.error > expected.absolute * Math.max(1, totals.largest)) {
    failure ??= `largest error ${totals.error} is above ${expected.absolute * Math.max(1, totals.largest)}`;
  }
  const measured = { error: totals.error, bound, frobenius: Number.isFinite(frobenius) ? frobenius : -1 };
  return failure === undefined ? { ok: true, ...measured } : { ok: false, ...measured, failure };
}

/** Relative Frobenius bounds of matrix products, by output dtype: products of half inputs are exact in float32. */
export const PRODUCT_FROBENIUS: Readonly<Record<Dtype, number>> = { f32: 1e-5, f16: 1e-3, bf16: 8e-3 };

/** The least of these where float32 inputs may be rounded to tf32, which has as many bits as f16. */
export const TF32_FROBENIUS = 1e-3;

/** Absolute bounds of attention for inputs of unit variance, by the coarser of input and output dtype. */
export const ATTENTION_ABSOLUTE: Readonly<Record<Dtype, number>> = { f32: 2e-5, f16: 2e-3, bf16: 1.6e-2 };

/** Absolute bound of the log-sum-exp for inputs of unit variance. */
export const LSE_ABSOLUTE = 1e-3;
