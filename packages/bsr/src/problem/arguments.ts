import { type Dtype, InvalidArgumentError, type Values } from '@sparsek/types';
import { checkDtype } from '../check/arguments.js';

export { checkDtype };

/** @throws InvalidArgumentError when it is no object. */
export function checkObject(value: unknown, name: string): asserts value is object {
  if (typeof value !== 'object' || value === null) throw new InvalidArgumentError(name, 'an object', value);
}

/** An extent or a count: an integer of at least `least`. */
export function checkExtent(value: unknown, name: string, least = 0): asserts value is number {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw new InvalidArgumentError(name, `an integer of at least ${least}`, value);
  }
}

/** A number, NaN and infinities included, or nothing. */
export function checkNumber(value: unknown, name: string): void {
  if (value !== undefined && typeof value !== 'number') {
    throw new InvalidArgumentError(name, 'a number', value);
  }
}

/** One of a few texts. */
export function checkChoice(value: unknown, choices: readonly string[], name: string): void {
  if (!choices.some((choice) => choice === value)) {
    throw new InvalidArgumentError(name, choices.map((choice) => `'${choice}'`).join(' or '), value);
  }
}

/** A dtype, or nothing: then the output has the dtype of the inputs. */
export function checkOutputDtype(value: unknown): void {
  if (value !== undefined) checkDtype(value, 'outputDtype');
}

/** Values of a dtype: the right typed array of the right length. */
export function checkValues(
  values: unknown,
  dtype: Dtype,
  length: number,
  name: string,
): asserts values is Values {
  const type = dtype === 'f32' ? Float32Array : Uint16Array;
  if (!(values instanceof type) || values.length !== length) {
    throw new InvalidArgumentError(name, `a ${type.name} of length ${length}`, values);
  }
}

/** A Float32Array of a length, or nothing. */
export function checkFloats(values: unknown, length: number, name: string): void {
  if (values !== undefined) checkValues(values, 'f32', length, name);
}
