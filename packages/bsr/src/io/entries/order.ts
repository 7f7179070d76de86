import { allocateInt32 } from '../../values/allocate.js';

/** Rows and columns of entries. */
export interface EntryPlaces {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

const DIGIT_BITS = 16;
const DIGITS = 1 << DIGIT_BITS;

/**
 * The entries' numbers ordered by row, then column, then number: a stable radix sort by 16-bit digits, so that time and
 * memory follow the entries and not the extents. Undefined when they stand in that order already.
 */
export function rowOrder({ rows, columns }: EntryPlaces): Int32Array | undefined {
  if (isOrdered(rows, columns)) return undefined;
  const count = rows.length;
  let order: Int32Array = Int32Array.from({ length: count }, (_, i) => i);
  let spare: Int32Array = allocateInt32(count);
  for (const keys of [columns, rows]) {
    const largest = keys.reduce((most, key) => Math.max(most, key), 0);
    for (let shift = 0; largest >>> shift > 0 && shift < 32; shift += DIGIT_BITS) {
      sortByDigit(keys, shift, order, spare);
      [order, spare] = [spare, order];
    }
  }
  return order;
}

function isOrdered(rows: Int32Array, columns: Int32Array): boolean {
  for (let i = 1; i < rows.length; i++) {
    if (rows[i]! < rows[i - 1]! || (rows[i] === rows[i - 1] && columns[i]! < columns[i - 1]!)) return false;
  }
  return true;
}

function sortByDigit(keys: Int32Array, shift: number, from: Int32Array, to: Int32Array): void {
  const starts = new Int32Array(DIGITS + 1);
  for (let i = 0; i < keys.length; i++) starts[((keys[i]! >>> shift) & (DIGITS - 1)) + 1]!++;
  for (let digit = 0; digit < DIGITS; digit++) starts[digit + 1]! += starts[digit]!;
  for (let i = 0; i < from.length; i++) {
    const entry = from[i]!;
    const digit = (keys[entry]! >>> shift) & (DIGITS - 1);
    to[starts[digit]!++] = entry;
  }
}
