/** Node 20 knows no typed array of more than 2^32 elements, so not every array has a view of all its bytes. */
const LARGEST_VIEW = 2 ** 30;

/** The memory of a typed array as bytes, in pieces that a view can span. */
export function* byteViews(array: ArrayBufferView, largest = LARGEST_VIEW): Generator<Uint8Array> {
  for (let at = 0; at < array.byteLength; at += largest) {
    yield new Uint8Array(array.buffer, array.byteOffset + at, Math.min(largest, array.byteLength - at));
  }
}

/** The memory of a short array as bytes. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
