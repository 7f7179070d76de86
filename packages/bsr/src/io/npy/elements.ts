import type { Dtype, Values } from '@sparsek/types';
import { allocateInt32, allocateValues } from '../../values/allocate.js';
import { fromNumbers } from '../../values/convert.js';
import { bf16ToF32, f16ToF32 } from '../../values/half.js';
import { invalid, type Place } from '../bytes/place.js';
import type { ByteSource } from '../bytes/source.js';
import { byteViews } from '../bytes/views.js';
import { type ElementType, isInteger } from './element-type.js';

/** Elements that are decoded at a time when they cannot be read in place. */
const CHUNK_ELEMENTS = 1 << 16;
const TWO_32 = 2 ** 32;

/** The dtype that elements take when the caller asks for none. */
export function nativeDtype(type: ElementType): Dtype {
  if (type.kind === 'float16') return 'f16';
  return type.kind === 'bits16' ? 'bf16' : 'f32';
}

/** Reads `count` elements as values of a dtype. Elements that need no conversion go straight to their place. */
export async function readValues(
  source: ByteSource,
  type: ElementType,
  count: number,
  dtype: Dtype,
): Promise<Values> {
  const values = allocateValues(dtype, count);
  if (isStoredAs(type, dtype)) {
    for (const bytes of byteViews(values)) await readSwapped(source, bytes, type);
    return values;
  }
  await readChunks(source, type, count, (numbers, at) => values.set(fromNumbers(numbers, dtype), at));
  return values;
}

/** Reads `count` elements as float64, which holds every type but the widest integers exactly. */
export async function readNumbers(
  source: ByteSource,
  type: ElementType,
  count: number,
): Promise<Float64Array> {
  const values = new Float64Array(count);
  await readChunks(source, type, count, (numbers, at) => values.set(numbers, at));
  return values;
}

/** Reads `count` integers that must fit an Int32. */
export async function readInt32(
  source: ByteSource,
  type: ElementType,
  count: number,
  place: Place,
): Promise<Int32Array> {
  if (!isInteger(type.kind))
    throw invalid(place, `holds elements of type ${type.kind}; integers are expected`);
  const values = allocateInt32(count);
  if (type.kind === 'int32') {
    for (const bytes of byteViews(values)) await readSwapped(source, bytes, type);
    return values;
  }
  await readChunks(source, type, count, (numbers, at) => {
    for (let i = 0; i < numbers.length; i++) {
      const value = numbers[i]!;
      if (value < 0 || value >= 2 ** 31)
        throw invalid(place, `holds ${value} at [${at + i}], outside 0 .. 2^31 - 1`);
      values[at + i] = value;
    }
  });
  return values;
}

/** Whether a file's elements are, byte for byte, values of a dtype. */
function isStoredAs(type: ElementType, dtype: Dtype): boolean {
  if (dtype === 'f32') return type.kind === 'float32';
  if (dtype === 'f16') return type.kind === 'float16';
  return type.kind === 'bits16';
}

async function readChunks(
  source: ByteSource,
  type: ElementType,
  count: number,
  use: (numbers: ArrayLike<number>, at: number) => void,
): Promise<void> {
  const buffer = new Uint8Array(Math.min(count, CHUNK_ELEMENTS) * type.bytes);
  for (let at = 0; at < count; at += CHUNK_ELEMENTS) {
    const bytes = buffer.subarray(0, Math.min(CHUNK_ELEMENTS, count - at) * type.bytes);
    await readSwapped(source, bytes, type);
    use(numbersOf(bytes, type), at);
  }
}

async function readSwapped(source: ByteSource, bytes: Uint8Array, type: ElementType): Promise<void> {
  await source.readInto(bytes);
  if (!type.swapped) return;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (type.bytes === 2) buffer.swap16();
  else if (type.bytes === 4) buffer.swap32();
  else buffer.swap64();
}

/** Little-endian elements as numbers; `bytes` starts at a multiple of 8. */
function numbersOf(bytes: Uint8Array, type: ElementType): ArrayLike<number> {
  const { buffer, byteOffset } = bytes;
  const count = bytes.length / type.bytes;
  switch (type.kind) {
    case 'float16':
      return f16ToF32(new Uint16Array(buffer, byteOffset, count));
    case 'bits16':
      return bf16ToF32(new Uint16Array(buffer, byteOffset, count));
    case 'float32':
      return new Float32Array(buffer, byteOffset, count);
    case 'float64':
      return new Float64Array(buffer, byteOffset, count);
    case 'int8':
      return new Int8Array(buffer, byteOffset, count);
    case 'int16':
      return new Int16Array(buffer, byteOffset, count);
    case 'int32':
      return new Int32Array(buffer, byteOffset, count);
    case 'uint8':
      return bytes;
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, count);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, count);
    case 'bool':
      return bytes.map((byte) => (byte === 0 ? 0 : 1));
    case 'int64':
      return wideNumbers(new Uint32Array(buffer, byteOffset, 2 * count), true);
    case 'uint64':
      return wideNumbers(new Uint32Array(buffer, byteOffset, 2 * count), false);
  }
}

/** 64-bit integers, given as pairs of words, as the nearest float64. */
function wideNumbers(words: Uint32Array, signed: boolean): Float64Array {
  const numbers = new Float64Array(words.length / 2);
  for (let i = 0; i < numbers.length; i++) {
    const high = words[2 * i + 1]!;
    numbers[i] = (signed ? high | 0 : high) * TWO_32 + words[2 * i]!;
  }
  return numbers;
}
