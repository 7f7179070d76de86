import {
  type BlockShape,
  DTYPES,
  type Dtype,
  InvalidArgumentError,
  InvalidMatrixError,
  type Shape,
  type Values,
} from '@sparsek/types';

/** Largest number that an Int32Array holds; block coordinates and block counts stay below it. */
export const INT32_MAX = 2 ** 31 - 1;

export function checkObject(value: unknown, name: string, expected: string): void {
  if (typeof value !== 'object' || value === null) throw new InvalidArgumentError(name, expected, value);
}

export function checkDtype(dtype: unknown, name: string): asserts dtype is Dtype {
  if (!DTYPES.some((known) => known === dtype)) {
    throw new InvalidArgumentError(name, "'f32', 'f16' or 'bf16'", dtype);
  }
}

/** A length or count: an integer from 0 to 2^53 - 1. */
export function checkCount(value: unknown, name: string): asserts value is number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new InvalidArgumentError(name, 'an integer that is not negative', value);
  }
}

/** Whether an integer lies in `begin .. end - 1`. */
export function checkInteger(
  value: unknown,
  name: string,
  begin: number,
  end: number,
): asserts value is number {
  if (!Number.isSafeInteger(value) || (value as number) < begin || (value as number) >= end) {
    throw new InvalidArgumentError(name, `an integer from ${begin} to ${end - 1}`, value);
  }
}

/** `[rows, columns]`, integers that are not negative. */
export function checkShape(shape: unknown, name: string): asserts shape is Shape {
  const ok =
    Array.isArray(shape) &&
    shape.length === 2 &&
    shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0);
  if (!ok) throw new InvalidArgumentError(name, '[rows, columns], integers that are not negative', shape);
}

/** `[rows, columns]`, integers from 1 whose product fits an Int32. */
export function checkBlockShape(blockShape: unknown, name: string): asserts blockShape is BlockShape {
  const ok =
    Array.isArray(blockShape) &&
    blockShape.length === 2 &&
    blockShape.every((extent) => Number.isInteger(extent) && extent >= 1) &&
    blockShape[0] * blockShape[1] <= INT32_MAX;
  if (!ok) {
    throw new InvalidArgumentError(
      name,
      '[rows, columns], integers from 1 with a product below 2^31',
      blockShape,
    );
  }
}

/** The typed array that belongs to a dtype. */
export function checkValuesType(values: unknown, dtype: Dtype, name: string): asserts values is Values {
  if (dtype === 'f32' ? values instanceof Float32Array : values instanceof Uint16Array) return;
  const native = Object.prototype.toString.call(values) === '[object Float16Array]';
  const hint = dtype === 'f16' && native ? ', as rawValues() makes of a Float16Array' : '';
  throw new InvalidArgumentError(
    name,
    `a ${dtype === 'f32' ? 'Float32Array' : 'Uint16Array'} (${dtype}${hint})`,
    values,
  );
}

export function checkInt32(value: unknown, name: string): asserts value is Int32Array {
  if (!(value instanceof Int32Array)) throw new InvalidArgumentError(name, 'an Int32Array', value);
}

/** Checks a length that follows from the other arrays; `why` says from what. */
export function checkLength(values: ArrayLike<unknown>, expected: number, name: string, why: string): void {
  if (values.length !== expected) {
    throw new InvalidMatrixError(
      `Expected length ${expected} for ${name} (${why}) but received length ${values.length}`,
    );
  }
}
