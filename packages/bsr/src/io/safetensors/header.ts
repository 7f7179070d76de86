import { invalid, type Place } from '../bytes/place.js';
import type { ByteSource } from '../bytes/source.js';
import { BITS } from './dtypes.js';

/** One tensor as the header of a `.safetensors` file describes it. */
export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Offsets into the bytes behind the header. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** Where in the file the tensors' bytes begin. */
  readonly dataStart: number;
}

/** The format's own limit. */
const LONGEST_HEADER = 100_000_000;
const LENGTH_BYTES = 8;

/**
 * Reads the header: its length as 64-bit little-endian, then JSON that maps names to `dtype`, `shape` and
 * `data_offsets` (format description of huggingface/safetensors). The tensors' bytes must follow each other without
 * overlaps and holes up to the file's end, as the format demands.
 */
export async function readSafetensorsHeader(source: ByteSource, place: Place): Promise<SafetensorsHeader> {
  if (source.remaining < LENGTH_BYTES)
    throw invalid(place, `ends after ${source.remaining} bytes, inside its header`);
  const lengthBytes = Buffer.alloc(LENGTH_BYTES);
  await source.readInto(lengthBytes);
  const declared = lengthBytes.readBigUInt64LE();
  const most = Math.min(LONGEST_HEADER, source.remaining);
  if (declared > most)
    throw invalid(place, `declares a header of ${declared} bytes; ${most} is the most it can have`);
  const length = Number(declared);
  const text = Buffer.alloc(length);
  await source.readInto(text);
  const tensors = entriesOf(parseJson(text, place), place);
  checkOffsets(tensors, source.remaining, place);
  return { tensors, dataStart: LENGTH_BYTES + length };
}

function parseJson(text: Buffer, place: Place): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (error) {
    throw invalid(
      place,
      `has a header that is not JSON: ${error instanceof Error ? error.message : ''}`,
      error,
    );
  }
  if (!isRecord(parsed)) throw invalid(place, 'has a header that is not a JSON object');
  return parsed;
}

function entriesOf(header: Readonly<Record<string, unknown>>, place: Place): Map<string, TensorEntry> {
  const tensors = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(header)) {
    if (name !== '__metadata__')
      tensors.set(name, entryOf(value, { path: place.path, part: name.slice(0, 80) }));
  }
  return tensors;
}

function entryOf(value: unknown, place: Place): TensorEntry {
  if (!isRecord(value)) throw invalid(place, 'is not described by a JSON object');
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') throw invalid(place, 'has no dtype');
  if (!Array.isArray(shape) || !shape.every(isSize))
    throw invalid(place, 'has a shape that is not a list of sizes');
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? (offsets as unknown[]) : [];
  if (!isSize(begin) || !isSize(end) || begin > end)
    throw invalid(place, 'has data_offsets that are not [begin, end]');
  const bits = BITS[dtype];
  if (bits !== undefined) {
    const expected = shape.includes(0) ? 0 : shape.reduce((size, extent) => size * extent, bits / 8);
    if (expected !== end - begin) {
      throw invalid(
        place,
        `takes ${end - begin} bytes, but ${dtype} of shape [${shape.slice(0, 8).join(', ')}] takes ${expected}`,
      );
    }
  }
  return { dtype, shape, begin, end };
}

function checkOffsets(tensors: ReadonlyMap<string, TensorEntry>, size: number, place: Place): void {
  const ordered = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const [name, entry] of ordered) {
    if (entry.begin !== end) {
      const what = entry.begin < end ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw invalid(
        { path: place.path, part: name.slice(0, 80) },
        `${what}: it begins at ${entry.begin}, not at ${end}`,
      );
    }
    end = entry.end;
  }
  if (end !== size)
    throw invalid(place, `holds ${size} bytes behind its header, but its tensors take ${end}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
