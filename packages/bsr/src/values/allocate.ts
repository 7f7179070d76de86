import { BYTES_PER_ELEMENT, type Dtype, OutOfMemoryError, type Values } from '@sparsek/types';

/**
 * A new array of zeros for `count` values of a dtype.
 *
 * @throws OutOfMemoryError when the runtime cannot make an array that long.
 */
export function allocateValues<D extends Dtype>(dtype: D, count: number): Values<D> {
  return allocate(count, BYTES_PER_ELEMENT[dtype], () =>
    dtype === 'f32' ? new Float32Array(count) : new Uint16Array(count),
  ) as Values<D>;
}

/** A new Int32Array of zeros; throws as {@link allocateValues} does. */
export function allocateInt32(count: number): Int32Array {
  return allocate(count, 4, () => new Int32Array(count));
}

function allocate<T>(count: number, bytesEach: number, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const requested = count * bytesEach;
    throw new OutOfMemoryError(
      `Cannot allocate ${count} elements of ${bytesEach} bytes`,
      { requested },
      { cause: error },
    );
  }
}
