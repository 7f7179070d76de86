import { DTYPES, type Dtype, InvalidArgumentError, type Values } from '@sparsek/types';

export function checkObject(value: unknown, name: string): asserts value is object {
  if (typeof value !== 'object' || value === null) throw new InvalidArgumentError(name, 'an object', value);
}

export function checkCount(value: unknown, name: string, least = 0): void {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw new InvalidArgumentError(name, `an integer of at least ${least}`, value);
  }
}

/** A number, or nothing. */
export function checkNumber(value: unknown, name: string): void {
  if (value !== undefined && typeof value !== 'number') {
    throw new InvalidArgumentError(name, 'a number', value);
  }
}

export function checkDtype(value: unknown, name: string): asserts value is Dtype {
  if (!DTYPES.some((dtype) => dtype === value)) {
    throw new InvalidArgumentError(name, "'f32', 'f16' or 'bf16'", value);
  }
}

/** A dtype, or nothing. */
export function checkOutputDtype(value: unknown): void {
  if (value !== undefined) checkDtype(value, 'outputDtype');
}

export function checkChoice(value: unknown, choices: readonly string[], name: string): void {
  if (!choices.some((choice) => choice === value)) {
    throw new InvalidArgumentError(name, choices.map((choice) => `'${choice}'`).join(' or '), value);
  }
}

/** Values of a dtype: the right typed array, of the right length, over memory of fixed size. */
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
  checkFixedMemory(values as Values, name);
}

/** A Float32Array of a length, or nothing. */
export function checkFloats(values: unknown, length: number, name: string): void {
  if (values !== undefined) checkValues(values, 'f32', length, name);
}

/** A buffer that shrinks while a thread works on it would take the memory away under it. */
export function checkFixedMemory(values: Values, name: string): void {
  const buffer: ArrayBufferLike & { readonly resizable?: boolean } = values.buffer;
  if (buffer.resizable === true) {
    throw new InvalidArgumentError(
      name,
      'an array over a buffer of fixed length',
      'one over a resizable buffer',
    );
  }
}

/** Whether two arrays have bytes in common. */
export function overlap(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return (
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  );
}

/** Results are written while operands are still being read. */
export function checkApart(out: Values, operand: Values | undefined, name: string): void {
  if (operand !== undefined && overlap(out, operand)) {
    throw new InvalidArgumentError('out', `memory apart from ${name}`, `memory that overlaps ${name}`);
  }
}
