import type { Dtype, Values } from '@sparsek/types';
import { allocateInt32, allocateValues } from '../../values/allocate.js';
import { isBlank } from '../bytes/blank.js';
import { type Parsed, parseCount, parseReal } from '../bytes/parse-number.js';
import { invalid, type Place } from '../bytes/place.js';
import { lineText, type MtxBody, NEWLINE, parseLines, rounding, skipBlanks } from './body.js';
import { type MtxHeader, quote } from './header.js';

/** The entries of a `coordinate` file, symmetric ones unfolded, in the file's order. */
export interface Coordinates {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  /** Absent for a pattern. */
  readonly values: Values | undefined;
}

export interface CoordinateSizes {
  readonly rows: number;
  readonly columns: number;
  /** Entries that the file holds. */
  readonly entries: number;
}

export function coordinateBody(
  header: MtxHeader,
  sizes: CoordinateSizes,
  dtype: Dtype,
  place: Place,
): MtxBody<Coordinates> {
  const { entries } = sizes;
  const mirrored = header.symmetry !== 'general';
  const pattern = header.field === 'pattern';
  const capacity = mirrored ? 2 * entries : entries;
  const rows = allocateInt32(capacity);
  const columns = allocateInt32(capacity);
  const values = pattern ? undefined : allocateValues(dtype, capacity);
  const round = rounding(dtype);
  const mirrorSign = header.symmetry === 'skew-symmetric' ? -1 : 1;
  const parsed: Parsed = { value: 0, end: 0 };
  let read = 0;
  let stored = 0;

  function store(row: number, column: number, value: number): void {
    rows[stored] = row;
    columns[stored] = column;
    if (values !== undefined) values[stored] = round(value);
    stored++;
  }

  function index(bytes: Uint8Array, at: number, extent: number, name: string, line: number): number {
    parseCount(bytes, at, bytes.length, parsed);
    if (parsed.end === at || (parsed.end < bytes.length && !isBlank(bytes[parsed.end]!)))
      throw malformed(bytes, at, line);
    if (parsed.value < 1 || parsed.value > extent) {
      throw invalid(place, `line ${line}: ${name} ${parsed.value} is outside 1 .. ${extent}`);
    }
    return parsed.value - 1;
  }

  function malformed(bytes: Uint8Array, at: number, line: number) {
    const expected = pattern ? '"row column"' : '"row column value"';
    // Bytes behind the last line's end belong to no line.
    const found = lineText(bytes, Math.min(at, bytes.length - 1));
    return invalid(place, `line ${line}: expected ${expected}, but found ${quote(found)}`);
  }

  /** Reads the entry of a line; returns its end. */
  function readEntry(bytes: Uint8Array, entry: number, line: number): number {
    if (read === entries) {
      throw invalid(place, `line ${line}: more entries follow than the ${entries} that the header declares`);
    }
    let at = entry;
    const row = index(bytes, at, sizes.rows, 'row', line);
    at = skipBlanks(bytes, parsed.end);
    const column = index(bytes, at, sizes.columns, 'column', line);
    at = skipBlanks(bytes, parsed.end);
    let value = 1;
    if (!pattern) {
      parseReal(bytes, at, bytes.length, parsed);
      if (parsed.end === at) throw malformed(bytes, entry, line);
      value = parsed.value;
      if (header.field === 'integer' && !Number.isInteger(value)) throw malformed(bytes, entry, line);
      at = skipBlanks(bytes, parsed.end);
    }
    if (at < bytes.length && bytes[at] !== NEWLINE) throw malformed(bytes, entry, line);
    store(row, column, value);
    read++;
    if (mirrored && row !== column) store(column, row, mirrorSign * value);
    else if (mirrorSign < 0) {
      throw invalid(
        place,
        `line ${line}: a skew-symmetric matrix holds no diagonal, but row ${row + 1} is given one`,
      );
    }
    return at;
  }

  function finish(): Coordinates {
    if (read < entries)
      throw invalid(place, `ends after ${read} of the ${entries} entries that the header declares`);
    if (stored === capacity) return { rows, columns, values };
    return {
      rows: rows.slice(0, stored),
      columns: columns.slice(0, stored),
      values: values?.slice(0, stored),
    };
  }

  return { parse: (bytes, start, line) => parseLines(bytes, start, line, readEntry), finish };
}
