import type { Dtype, Values } from '@sparsek/types';
import type { NativeBinding } from '../native/binding.js';

/** Bits of the half types that are all set in infinity and NaN, and those that then tell NaN. */
const EXPONENT: Readonly<Record<'f16' | 'bf16', number>> = { f16: 0x7c00, bf16: 0x7f80 };
const FRACTION: Readonly<Record<'f16' | 'bf16', number>> = { f16: 0x03ff, bf16: 0x007f };

/** Sum of what infinities and NaN contribute: they outweigh every finite number. */
export type Special = 'nan' | '+inf' | '-inf';

/** What a word holds; undefined for a finite number. */
export function specialOf(word: number, dtype: 'f16' | 'bf16'): Special | undefined {
  if ((word & EXPONENT[dtype]) !== EXPONENT[dtype]) return undefined;
  if ((word & FRACTION[dtype]) !== 0) return 'nan';
  return word & 0x8000 ? '-inf' : '+inf';
}

export function addSpecial(sum: Special | undefined, term: Special): Special {
  return sum === undefined || sum === term ? term : 'nan';
}

/** Positions of infinities and NaN; the native search makes the usual answer, none, cheap. */
export function nonFinitePositions(binding: NativeBinding, values: Values, dtype: Dtype): readonly number[] {
  if (dtype === 'f32' || !(values instanceof Uint16Array)) return [];
  const mask = EXPONENT[dtype];
  const first = binding.firstNonFinite(values, mask);
  if (first < 0) return [];
  const positions: number[] = [];
  for (let i = first; i < values.length; i += 1) if ((values[i]! & mask) === mask) positions.push(i);
  return positions;
}

/** A copy with zeros at some positions. */
export function withZeros<V extends Values>(values: V, positions: readonly number[]): V {
  const copy = values.slice() as V;
  for (const position of positions) copy[position] = 0;
  return copy;
}

const NUMBER: Readonly<Record<Special, number>> = {
  nan: Number.NaN,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};

export const numberOf = (special: Special): number => NUMBER[special];

/** The word (f16, bf16) or number (f32) of a value that is not finite, or of 0. */
export function encodeNonFinite(value: number, dtype: Dtype): number {
  if (dtype === 'f32' || value === 0) return value;
  if (Number.isNaN(value)) return EXPONENT[dtype] | ((FRACTION[dtype] + 1) / 2);
  return EXPONENT[dtype] | (value < 0 ? 0x8000 : 0);
}
