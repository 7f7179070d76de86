import { InvalidArgumentError } from '@sparsek/types';

/** What a native Float16Array has in common with every typed array; older type libraries do not know the class. */
interface Float16View extends ArrayBufferView {
  readonly length: number;
  readonly [Symbol.toStringTag]: string;
}

/**
 * Values as this library holds them: a Float32Array or Uint16Array is returned as it is, and a native Float16Array
 * (Node 24 and later) as a Uint16Array over the same memory.
 *
 * @throws InvalidArgumentError for any other value.
 */
export function rawValues(values: Float32Array): Float32Array;
export function rawValues(values: Uint16Array | Float16View): Uint16Array;
export function rawValues(values: Float32Array | Uint16Array | Float16View): Float32Array | Uint16Array;
export function rawValues(values: Float32Array | Uint16Array | Float16View): Float32Array | Uint16Array {
  if (values instanceof Float32Array || values instanceof Uint16Array) return values;
  if (ArrayBuffer.isView(values) && values[Symbol.toStringTag] === 'Float16Array') {
    return new Uint16Array(values.buffer, values.byteOffset, values.length);
  }
  throw new InvalidArgumentError('values', 'a Float32Array, Uint16Array or Float16Array', values);
}
