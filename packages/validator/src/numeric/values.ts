import type { Dtype, Values } from '@sparsek/types';
import { exponentOf, FLOAT_FORMATS, roundTo, smallestPositive } from './round.js';

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

/** Bits of a 16-bit format's exponent and fraction. */
const HALF_FIELDS = { f16: { exponent: 5, fraction: 10 }, bf16: { exponent: 8, fraction: 7 } } as const;

type HalfDtype = keyof typeof HALF_FIELDS;

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
  const fields = HALF_FIELDS[dtype];
  const sign = word >= 0x8000 ? -1 : 1;
  const fraction = word % 2 ** fields.fraction;
  const exponent = Math.floor(word / 2 ** fields.fraction) % 2 ** fields.exponent;
  if (exponent === 2 ** fields.exponent - 1)
    return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * smallestPositive(dtype);
  return sign * (2 ** fields.fraction + fraction) * smallestPositive(dtype) * 2 ** (exponent - 1);
}

function halfWord(x: number, dtype: HalfDtype): number {
  const fields = HALF_FIELDS[dtype];
  const exponentMask = (2 ** fields.exponent - 1) * 2 ** fields.fraction;
  if (Number.isNaN(x)) return exponentMask + 2 ** (fields.fraction - 1);
  const rounded = Math.abs(roundTo(x, dtype));
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  if (rounded === Number.POSITIVE_INFINITY) return sign + exponentMask;
  const { minExponent } = FLOAT_FORMATS[dtype];
  const exponent = Math.max(exponentOf(rounded), minExponent);
  const units = rounded / (smallestPositive(dtype) * 2 ** (exponent - minExponent));
  // A normal number's implicit bit adds one to the exponent field; a subnormal number has none.
  return sign + (exponent - minExponent) * 2 ** fields.fraction + units;
}
