import type { Dtype, Precision } from '@sparsek/types';
import { FLOAT_FORMATS, unitRoundoff } from '../numeric/round.js';

/**
 * How far correct code may be from the exact sum of `terms` float32 products whose absolute values sum to 1.
 *
 * For float32 inputs: rounding errors of a sum of n terms grow like sqrt(n) units of roundoff in any order that is not
 * made to hurt (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 4.2: statistical estimates).
 * For half inputs: matrix units add 16 products at a time and cut the result off instead of rounding it, so that errors
 * all have one sign and grow like n / 16 twice the roundoff (Fasi, Higham, Mikaitis, Pranesh, "Numerical behavior of
 * NVIDIA tensor cores", PeerJ CS 2021). The constant 8 covers short sums and the epilogue.
 */
export function accumulationError(terms: number, dtype: Dtype): number {
  const growth = dtype === 'f32' ? 2 * Math.sqrt(terms) : terms / 8;
  return (8 + growth) * unitRoundoff('f32');
}

/**
 * Relative error of a product whose two factors may first be rounded to tf32 (PTX ISA, alternate floating-point formats: 10
 * bits of mantissa beside the leading one); 0 where they may not.
 */
export function inputError(dtype: Dtype, precision: Precision = 'exact'): number {
  if (dtype !== 'f32' || precision === 'exact') return 0;
  const once = 2 ** -11;
  return 2 * once + once * once;
}

/** Largest error of rounding x once to a dtype, gradual underflow included. */
export function roundingError(x: number, dtype: Dtype): number {
  return Math.abs(x) * unitRoundoff(dtype) + FLOAT_FORMATS[dtype].smallest / 2;
}
