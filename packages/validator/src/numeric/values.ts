import type { Dtype, Values } from '@sparsek/types';
import { exponentOf, FLOAT_FORMATS, powerOfTwo, roundTo } from './round.js';

/** The numbers that an array of a dtype holds. */
export function decode(values: Values, dtype: Dtype): Float64Array {
  if (dtype === 'f32') return Float64Array.from(values);
  const table = halfTable(dtype);
  const decoded = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) decoded[i] = table[values[i]!]!;
  return decoded;
}

/** Rounds numbers once to a dtype. NaN becomes the quiet NaN of positive sign. */
export function encode(numbers: Float64Array, dtype: Dtype): Values {
  if (dtype === 'f32') return Float32Array.from(numbers);
  const words = new Uint16Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) words[i] = halfWord(numbers[i]!, dtype);
  return words;
}

/** An array of a dtype that holds NaN everywhere. */
export function nanValues(length: number, dtype: Dtype): Values {
  if (dtype === 'f32') return new Float32Array(length).fill(Number.NaN);
  return new Uint16Array(length).fill(halfWord(Number.NaN, dtype));
}

/** Where a 16-bit format has its exponent and its fraction. */
interface HalfFields {
  /** One unit of the exponent field. */
  readonly exponentUnit: number;
  /** Largest value of the exponent field: infinity and NaN. */
  readonly exponentMost: number;
}

const HALF_FIELDS: Readonly<Record<HalfDtype, HalfFields>> = {
  f16: { exponentUnit: 2 ** 10, exponentMost: 2 ** 5 - 1 },
  bf16: { exponentUnit: 2 ** 7, exponentMost: 2 ** 8 - 1 },
};

type HalfDtype = Exclude<Dtype, 'f32'>;

const tables = new Map<HalfDtype, Float64Array>();

/** The number of each of the 65536 words. */
function halfTable(dtype: HalfDtype): Float64Array {
  let table = tables.get(dtype);
  if (table === undefined) {
    table = Float64Array.from({ length: 2 ** 16 }, (_, word) => halfNumber(word, dtype));
    tables.set(dtype, table);
  }
  return table;
}

function halfNumber(word: number, dtype: HalfDtype): number {
  const { exponentUnit, exponentMost } = HALF_FIELDS[dtype];
  const { smallest } = FLOAT_FORMATS[dtype];
  const sign = word >= 0x8000 ? -1 : 1;
  const fraction = word % exponentUnit;
  const exponent = Math.floor((word % 0x8000) / exponentUnit);
  if (exponent === exponentMost) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * smallest;
  return sign * (exponentUnit + fraction) * smallest * 2 ** (exponent - 1);
}

function halfWord(x: number, dtype: HalfDtype): number {
  const { exponentUnit, exponentMost } = HALF_FIELDS[dtype];
  if (Number.isNaN(x)) return exponentMost * exponentUnit + exponentUnit / 2;
  const rounded = Math.abs(roundTo(x, dtype));
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  if (rounded === Number.POSITIVE_INFINITY) return sign + exponentMost * exponentUnit;
  const { minExponent, smallest } = FLOAT_FORMATS[dtype];
  const scale = Math.max(exponentOf(rounded), minExponent) - minExponent;
  // A normal number's implicit bit adds one to the exponent field; a subnormal number has none.
  return sign + scale * exponentUnit + rounded / (smallest * powerOfTwo(scale));
}
