import { DTYPES, type Dtype, InvalidArgumentError, type Values } from '@sparsek/types';

export function checkObject(value: unknown, name: string): void {
  if (typeof value !== 'object' || value === null) throw new InvalidArgumentError(name, 'an object', value);
}

export function checkCount(value: unknown, name: string, least = 0): void {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw new InvalidArgumentError(name, `an integer of at least ${least}`, value);
  }
}

export function checkFinite(value: unknown, name: string): void {
  if (value !== undefined && !Number.isFinite(value))
    throw new InvalidArgumentError(name, 'a finite number', value);
}

export function checkNumber(value: unknown, name: string): void {
  if (value !== undefined && typeof value !== 'number')
    throw new InvalidArgumentError(name, 'a number', value);
}

export function checkDtype(value: unknown, name: string): void {
  if (!DTYPES.some((dtype) => dtype === value)) {
    throw new InvalidArgumentError(name, DTYPES.map((dtype) => `'${dtype}'`).join(' or '), value);
  }
}

export function checkChoice(value: unknown, choices: readonly unknown[], name: string): void {
  if (!choices.includes(value)) {
    throw new InvalidArgumentError(name, choices.map((choice) => JSON.stringify(choice)).join(' or '), value);
  }
}

/** Values of a dtype: the right typed array of the right length. */
export function checkValues(
  values: unknown,
  dtype: Dtype,
  length: number,
  name: string,
): asserts values is Values {
  const right = dtype === 'f32' ? values instanceof Float32Array : values instanceof Uint16Array;
  if (!right || (values as Values).length !== length) {
    const type = dtype === 'f32' ? 'Float32Array' : 'Uint16Array';
    throw new InvalidArgumentError(name, `a ${type} of length ${length}`, values);
  }
}

export function checkFloats(values: unknown, length: number, name: string): void {
  if (values !== undefined) checkValues(values, 'f32', length, name);
}
