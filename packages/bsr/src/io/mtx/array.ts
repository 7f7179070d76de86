import type { DenseMatrix, Dtype } from '@sparsek/types';
import { allocateValues } from '../../values/allocate.js';
import { type Parsed, parseReal } from '../bytes/parse-number.js';
import { invalid, type Place } from '../bytes/place.js';
import { lineText, type MtxBody, parseLines, rounding } from './body.js';
import { type MtxHeader, quote } from './header.js';

/** How many values an `array` file of a symmetry holds: symmetric ones hold the lower triangle. */
export function arrayEntries(header: MtxHeader, rows: number, columns: number): number {
  if (header.symmetry === 'symmetric') return (rows * (rows + 1)) / 2;
  return header.symmetry === 'skew-symmetric' ? (rows * (rows - 1)) / 2 : rows * columns;
}

/** Values of an `array` file, which stand column by column. */
export function arrayBody(
  header: MtxHeader,
  rows: number,
  columns: number,
  dtype: Dtype,
  place: Place,
): MtxBody<DenseMatrix> {
  const total = arrayEntries(header, rows, columns);
  const values = allocateValues(dtype, rows * columns);
  const round = rounding(dtype);
  const parsed: Parsed = { value: 0, end: 0 };
  const mirrored = header.symmetry !== 'general';
  const skew = header.symmetry === 'skew-symmetric';
  const top = (column: number) => (mirrored ? column + (skew ? 1 : 0) : 0);
  let read = 0;
  let column = 0;
  let row = top(0);

  function store(value: number): void {
    values[column * rows + row] = round(value);
    if (mirrored) values[row * rows + column] = round(skew ? -value : value);
    read++;
    row++;
    if (row === rows) {
      column++;
      row = top(column);
    }
  }

  /** Reads a value of a line; returns its end. */
  function readValue(bytes: Uint8Array, at: number, line: number): number {
    if (read === total) {
      throw invalid(place, `line ${line}: more values follow than the ${total} that the header declares`);
    }
    parseReal(bytes, at, bytes.length, parsed);
    const wrong = parsed.end === at || (header.field === 'integer' && !Number.isInteger(parsed.value));
    if (wrong) {
      const expected = header.field === 'integer' ? 'an integer' : 'a number';
      throw invalid(place, `line ${line}: expected ${expected}, but found ${quote(lineText(bytes, at))}`);
    }
    store(parsed.value);
    return parsed.end;
  }

  function finish(): DenseMatrix {
    if (read < total)
      throw invalid(place, `ends after ${read} of the ${total} values that the header declares`);
    return { shape: [rows, columns], dtype, values, order: 'column' };
  }

  return { parse: (bytes, start, line) => parseLines(bytes, start, line, readValue), finish };
}
