import { relativeError } from '@sparsek/validator';

/**
 * How much further off one element may be than all of them together: far beyond what rounding does to one (half a unit in
 * the last place is half of the bound of all in half precision), far below what leaving out a term does.
 */
const ELEMENT_SLACK = 4;

/**
 * The relative error of a product: that of all elements together in the Frobenius norm, or, where it is larger, a quarter
 * of that of the worst element, as a share of its own size or of the root mean square of all. A single wrong element among
 * tens of thousands is lost in the norm: in bf16 the norm allows one to be zero.
 *
 * @returns NaN where an element is NaN or missing.
 */
export function productError(reference: ArrayLike<number>, actual: ArrayLike<number>): number {
  return Math.max(relativeError(reference, actual), worstElement(reference, actual) / ELEMENT_SLACK);
}

function worstElement(reference: ArrayLike<number>, actual: ArrayLike<number>): number {
  let squares = 0;
  for (let e = 0; e < reference.length; e++) squares += reference[e]! ** 2;
  const typical = Math.sqrt(squares / reference.length);
  // Where everything should be 0, the norm above is absolute and says enough.
  if (!(typical > 0)) return 0;
  let worst = 0;
  for (let e = 0; e < reference.length; e++) {
    const error = Math.abs(reference[e]! - (actual[e] ?? Number.NaN));
    worst = Math.max(worst, error / Math.max(typical, Math.abs(reference[e]!)));
  }
  return worst;
}
