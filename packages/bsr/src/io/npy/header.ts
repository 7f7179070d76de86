import { invalid, type Place, unsupported } from '../bytes/place.js';
import type { ByteSource } from '../bytes/source.js';

/**
 * What stands before the elements of an `.npy` file (NumPy Enhancement Proposal 1 and `numpy.lib.format`): the magic
 * `\x93NUMPY`, a version, the length of the text, and the text of a Python dictionary.
 */
export interface NpyHeader {
  /** NumPy's name of the element type, such as `<f4`. */
  readonly descr: string;
  /** The first axis varies fastest. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Product of the shape. */
  readonly count: number;
}

const MAGIC = '\x93NUMPY';
/** NumPy itself refuses texts above 10,000 bytes, since reading them is costly there. */
const LONGEST_TEXT = 1 << 16;
/** Arrays of NumPy have at most 64 axes. */
const MOST_AXES = 64;

export async function readNpyHeader(source: ByteSource, place: Place): Promise<NpyHeader> {
  const start = new Uint8Array(8);
  if (source.remaining < 10)
    throw invalid(place, `ends after ${source.remaining} bytes, inside the .npy header`);
  await source.readInto(start);
  if (latin1(start.subarray(0, 6)) !== MAGIC)
    throw invalid(place, 'does not start with the .npy magic "\\x93NUMPY"');
  const major = start[6]!;
  if (major < 1 || major > 3)
    throw unsupported(place, `is of .npy version ${major}.${start[7]}; 1, 2 and 3 are read`);
  const lengthBytes = new Uint8Array(major === 1 ? 2 : 4);
  await source.readInto(lengthBytes);
  const length = lengthBytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  if (length > LONGEST_TEXT || length > source.remaining) {
    throw invalid(
      place,
      `declares an .npy header of ${length} bytes; ${Math.min(LONGEST_TEXT, source.remaining)} is the most it can have`,
    );
  }
  const text = new Uint8Array(length);
  await source.readInto(text);
  return parseDictionary(major === 3 ? new TextDecoder().decode(text) : latin1(text), place);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, its keys in any order. */
function parseDictionary(text: string, place: Place): NpyHeader {
  const body = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  if (body === undefined) throw invalid(place, 'has an .npy header that is not a dictionary');
  const items = new Map<string, string>();
  const item = /\s*(['"])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([^()]*\)|\[.*\])\s*(?:,|$)\s*/sy;
  while (item.lastIndex < body.length) {
    const at = item.lastIndex;
    const match = item.exec(body);
    if (match === null) {
      throw invalid(
        place,
        `has an .npy header that cannot be read from ${JSON.stringify(body.slice(at, at + 40))}`,
      );
    }
    if (items.has(match[2]!)) throw invalid(place, `names '${match[2]}' twice in its .npy header`);
    items.set(match[2]!, match[3]!);
  }
  const descr = itemOf(items, 'descr', place);
  if (descr.startsWith('['))
    throw unsupported(place, 'holds records with several fields; save a plain array');
  if (!/^['"]/.test(descr)) throw invalid(place, `has ${descr} for 'descr' in its .npy header, not a string`);
  const order = itemOf(items, 'fortran_order', place);
  if (order !== 'True' && order !== 'False') {
    throw invalid(place, `has ${order} for 'fortran_order' in its .npy header, not True or False`);
  }
  const shape = parseShape(itemOf(items, 'shape', place), place);
  const count = shape.includes(0) ? 0 : shape.reduce((product, extent) => product * extent, 1);
  if (!Number.isSafeInteger(count))
    throw invalid(place, `declares the shape (${shape.join(', ')}), which overflows`);
  return { descr: descr.slice(1, -1), fortranOrder: order === 'True', shape, count };
}

function itemOf(items: ReadonlyMap<string, string>, key: string, place: Place): string {
  const value = items.get(key);
  if (value === undefined) throw invalid(place, `has an .npy header without '${key}'`);
  return value;
}

function parseShape(tuple: string, place: Place): number[] {
  const wrong = () =>
    invalid(place, `has ${tuple.slice(0, 80)} for 'shape' in its .npy header, not a tuple of sizes`);
  if (!tuple.startsWith('(')) throw wrong();
  const inner = tuple.slice(1, -1).trim();
  if (inner === '') return [];
  const extents = inner.replace(/,$/, '').split(',');
  if (extents.length > MOST_AXES) throw wrong();
  return extents.map((extent) => {
    // Python 2 wrote long integers with an L.
    const digits = /^\s*(\d{1,16})L?\s*$/.exec(extent)?.[1];
    const value = Number(digits);
    if (digits === undefined || !Number.isSafeInteger(value)) throw wrong();
    return value;
  });
}

/** The header that NumPy writes for a C-ordered array: version 1.0, padded so that elements start at a multiple of 64. */
export function npyHeader(descr: string, shape: readonly number[], fortranOrder = false): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const order = fortranOrder ? 'True' : 'False';
  const dictionary = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${tuple}, }`;
  const prefix = MAGIC.length + 4;
  const length = Math.ceil((prefix + dictionary.length + 1) / 64) * 64 - prefix;
  const bytes = Buffer.alloc(prefix + length, ' ');
  bytes.write(MAGIC, 0, 'latin1');
  bytes[6] = 1;
  bytes[7] = 0;
  bytes.writeUInt16LE(length, 8);
  bytes.write(dictionary, prefix, 'latin1');
  bytes[bytes.length - 1] = 0x0a;
  return bytes;
}
