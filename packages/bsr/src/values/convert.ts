import { type Dtype, InvalidArgumentError, type Values } from '@sparsek/types';
import { checkDtype } from '../check/arguments.js';
import { allocateValues } from './allocate.js';
import {
  bf16ToF32,
  bf16ToNumber,
  f16ToF32,
  f16ToNumber,
  f32ToBf16,
  f32ToF16,
  numberToBf16,
  numberToF16,
} from './half.js';

/**
 * Values of one dtype in another, rounded to nearest even. Equal dtypes give the very same array back, not a copy.
 * From one half type to the other there is one rounding, since float32 holds both exactly.
 */
export function convertValues<D extends Dtype>(values: Values, from: Dtype, to: D): Values<D> {
  checkDtype(from, 'from');
  checkDtype(to, 'to');
  if ((from === 'f32') !== values instanceof Float32Array) {
    throw new InvalidArgumentError('values', from === 'f32' ? 'a Float32Array' : 'a Uint16Array', values);
  }
  if ((from as Dtype) === to) return values as Values<D>;
  const wide = toFloat32(values, from);
  if (to === 'f32') return wide as Values<D>;
  return (to === 'f16' ? f32ToF16(wide) : f32ToBf16(wide)) as Values<D>;
}

/** Values of any dtype as float32, exactly. Float32 values are returned as they are, not copied. */
export function toFloat32(values: Values, dtype: Dtype): Float32Array {
  if (values instanceof Float32Array) return values;
  return dtype === 'bf16' ? bf16ToF32(values) : f16ToF32(values);
}

/** Values of any dtype as float64, exactly; always a new array. */
export function toFloat64(values: Values, dtype: Dtype): Float64Array {
  return new Float64Array(toFloat32(values, dtype));
}

/** Numbers rounded once to a dtype; always a new array. */
export function fromNumbers<D extends Dtype>(numbers: ArrayLike<number>, dtype: D): Values<D> {
  checkDtype(dtype, 'dtype');
  const values = allocateValues(dtype, numbers.length);
  if (dtype === 'f32') {
    for (let i = 0; i < numbers.length; i++) values[i] = numbers[i]!;
    return values;
  }
  const round = dtype === 'f16' ? numberToF16 : numberToBf16;
  for (let i = 0; i < numbers.length; i++) values[i] = round(numbers[i]!);
  return values;
}

/** The value of a dtype that is nearest to a number, ties to even, in one rounding. */
export function roundToDtype(value: number, dtype: Dtype): number {
  checkDtype(dtype, 'dtype');
  if (dtype === 'f32') return Math.fround(value);
  return dtype === 'f16' ? f16ToNumber(numberToF16(value)) : bf16ToNumber(numberToBf16(value));
}
