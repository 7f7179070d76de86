import { type Place, unsupported } from '../bytes/place.js';

/** What one element of an `.npy` array is. `bits16` are raw words of a type that NumPy does not know, as bfloat16. */
export type ElementKind =
  | 'float16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool'
  | 'bits16';

export interface ElementType {
  readonly kind: ElementKind;
  /** Size of one element. */
  readonly bytes: number;
  /** The file's bytes stand in the other order than this library's, which is little-endian. */
  readonly swapped: boolean;
}

const KINDS: Readonly<Record<string, ElementKind>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  b1: 'bool',
  V2: 'bits16',
};

const REFUSED: Readonly<Record<string, string>> = {
  c: 'complex numbers',
  O: 'Python objects, which would have to be unpickled',
  S: 'byte strings',
  U: 'strings',
  V: 'raw records',
  M: 'dates',
  m: 'time spans',
  f: 'extended floats',
};

/** The element type that a `descr` of NumPy's array protocol names, such as `<f4`. */
export function elementType(descr: string, place: Place): ElementType {
  const parts = /^([<>|=])([a-zA-Z])(\d{0,9})$/.exec(descr);
  const kind = parts === null ? undefined : KINDS[`${parts[2]}${parts[3]}`];
  if (parts === null || kind === undefined) {
    const what = REFUSED[parts?.[2] ?? ''] ?? 'elements of a type';
    throw unsupported(
      place,
      `holds ${what} (dtype ${JSON.stringify(descr)}); save float16, float32, float64, integers or booleans`,
    );
  }
  return { kind, bytes: Number(parts[3]), swapped: parts[1] === '>' && parts[3] !== '1' };
}

export function isInteger(kind: ElementKind): boolean {
  return kind.startsWith('int') || kind.startsWith('uint');
}
