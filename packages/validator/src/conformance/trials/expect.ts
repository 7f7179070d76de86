import type { Dtype, Values } from '@sparsek/types';
import { type Expectation, PRODUCT_FROBENIUS } from '../../bounds/compare.js';
import type { BoundsKind } from '../../cases/case.js';
import { roundTo } from '../../numeric/round.js';

/** What a matrix product is held against, as its case's `bounds` say. */
export function productExpectation(
  bounds: BoundsKind | undefined,
  outputDtype: Dtype,
  reference: Float64Array,
  naive: Float64Array,
  tolerance: Float64Array,
): Expectation {
  if (bounds === 'exact') return exactExpectation(reference, outputDtype);
  const expectation = { reference, naive, tolerance, outputDtype };
  return bounds === 'rounding' ? expectation : { ...expectation, frobenius: PRODUCT_FROBENIUS[outputDtype] };
}

/** The exact result, rounded once, and nothing else. */
export function exactExpectation(reference: Float64Array, outputDtype: Dtype): Expectation {
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
