import type { Dtype } from '@sparsek/types';
import { bf16ToNumber, f16ToNumber, numberToBf16, numberToF16 } from './half.js';

/** Operations on stored elements: float32 numbers, or 16-bit words of a half type. */
export interface Arithmetic {
  /** The number that a stored element stands for. */
  readonly toNumber: (element: number) => number;
  /** A number rounded once to an element. */
  readonly fromNumber: (value: number) => number;
  /** The rounded sum; exact before rounding, since float64 holds the sum of two halves or rounds innocuously. */
  readonly add: (a: number, b: number) => number;
}

const same = (value: number) => value;

const TABLE: Readonly<Record<Dtype, Arithmetic>> = {
  f32: { toNumber: same, fromNumber: Math.fround, add: (a, b) => Math.fround(a + b) },
  f16: {
    toNumber: f16ToNumber,
    fromNumber: numberToF16,
    add: (a, b) => numberToF16(f16ToNumber(a) + f16ToNumber(b)),
  },
  bf16: {
    toNumber: bf16ToNumber,
    fromNumber: numberToBf16,
    add: (a, b) => numberToBf16(bf16ToNumber(a) + bf16ToNumber(b)),
  },
};

export function arithmeticOf(dtype: Dtype): Arithmetic {
  return TABLE[dtype];
}
