import type { Dtype } from '@sparsek/types';

/** A binary floating-point format: IEEE 754-2019 section 3.3, and bfloat16 by the same rules. */
export interface FloatFormat {
  /** Significant bits, the implicit one included. */
  readonly precision: number;
  /** Exponent of the smallest normal number. */
  readonly minExponent: number;
  readonly maxFinite: number;
  /** Distance between neighbours among the subnormal numbers, which is also the smallest positive number. */
  readonly smallest: number;
}

export const FLOAT_FORMATS: Readonly<Record<Dtype, FloatFormat>> = {
  f32: { precision: 24, minExponent: -126, maxFinite: (2 - 2 ** -23) * 2 ** 127, smallest: 2 ** -149 },
  f16: { precision: 11, minExponent: -14, maxFinite: 65504, smallest: 2 ** -24 },
  bf16: { precision: 8, minExponent: -126, maxFinite: (2 - 2 ** -7) * 2 ** 127, smallest: 2 ** -133 },
};

/** Largest relative error of one rounding to nearest: half a unit in the last place. */
export function unitRoundoff(dtype: Dtype): number {
  return powerOfTwo(-FLOAT_FORMATS[dtype].precision);
}

/** Rounds a float64 once to a dtype, to nearest with ties to even, gradual underflow and overflow to infinity. */
export function roundTo(x: number, dtype: Dtype): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const { precision, minExponent, maxFinite } = FLOAT_FORMATS[dtype];
  const magnitude = Math.abs(x);
  const quantum = powerOfTwo(Math.max(exponentOf(magnitude), minExponent) - precision + 1);
  const rounded = roundHalfEven(magnitude / quantum) * quantum;
  return Math.sign(x) * (rounded > maxFinite ? Number.POSITIVE_INFINITY : rounded);
}

/** 2^52: from here on every float64 is an integer, so that adding it rounds to an integer, ties to even. */
const INTEGER_QUANTUM = 2 ** 52;

function roundHalfEven(x: number): number {
  return x + INTEGER_QUANTUM - INTEGER_QUANTUM;
}

const bits = new DataView(new ArrayBuffer(8));

/** Largest e with 2^e <= x, for a positive normal x; -1023 for a subnormal one. */
export function exponentOf(x: number): number {
  bits.setFloat64(0, x);
  return ((bits.getUint16(0) >>> 4) & 0x7ff) - 1023;
}

/** Exponents of float64: a table is some times faster than `2 ** e`. */
const LEAST_EXPONENT = -1074;
const POWERS = Float64Array.from({ length: 1023 - LEAST_EXPONENT + 1 }, (_, i) => 2 ** (LEAST_EXPONENT + i));

export function powerOfTwo(exponent: number): number {
  return POWERS[exponent - LEAST_EXPONENT]!;
}
