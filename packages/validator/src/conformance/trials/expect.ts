import type { Dtype, Values } from '@sparsek/types';
import { type Expectation, PRODUCT_FROBENIUS, TF32_FROBENIUS } from '../../bounds/compare.js';
import type { SpmmCase } from '../../cases/case.js';
import { FLOAT_FORMATS, roundTo } from '../../numeric/round.js';

/** What the expectation of a matrix product depends on besides the numbers. */
type Terms = Pick<SpmmCase, 'bounds' | 'dtype' | 'outputDtype' | 'activation' | 'precision'>;

/** What a matrix product is held against, as its case's `bounds` say. */
export function productExpectation(
  { bounds, dtype, outputDtype = dtype, activation = 'none', precision }: Terms,
  reference: Float64Array,
  naive: Float64Array,
  tolerance: Float64Array,
): Expectation {
  if (bounds === 'exact') return exactExpectation(reference, outputDtype);
  const expectation = { reference, naive, tolerance, outputDtype };
  if (bounds === 'rounding') return expectation;
  const curved = activation === 'gelu' || activation === 'silu';
  const frobeniusFloor = curved
    ? Math.sqrt(tolerance.reduce((sum, x) => sum + (Number.isFinite(x) ? x * x : 0), 0))
    : Math.sqrt(tolerance.length) * FLOAT_FORMATS[outputDtype].smallest;
  const output = PRODUCT_FROBENIUS[outputDtype];
  const frobenius = dtype === 'f32' && precision === 'tf32' ? Math.max(output, TF32_FROBENIUS) : output;
  return { ...expectation, frobenius, frobeniusFloor };
}

/** The exact result, rounded once, and nothing else. */
function exactExpectation(reference: Float64Array, outputDtype: Dtype): Expectation {
  const rounded = reference.map((x) => roundTo(x, outputDtype));
  return { reference: rounded, naive: rounded, tolerance: new Float64Array(rounded.length), outputDtype };
}

export function sameList(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.prototype.every.call(a, (x: number, i: number) => x === b[i]);
}

/** Whether a result lies in the memory that the caller gave. */
export function sameMemory(a: Values, b: Values): boolean {
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.length === b.length;
}

/** The first of several complaints. */
export function firstFault(...faults: (string | false | undefined)[]): { fault?: string } {
  const fault = faults.find((text) => typeof text === 'string');
  return typeof fault === 'string' ? { fault } : {};
}
