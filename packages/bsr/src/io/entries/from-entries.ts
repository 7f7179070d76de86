import type { BsrPattern, Dtype, Shape } from '@sparsek/types';
import type { CooMatrix } from '../../construct/scalar-formats.js';
import { allocateInt32, allocateValues } from '../../values/allocate.js';
import { arithmeticOf } from '../../values/arithmetic.js';
import type { OpenFile } from '../bytes/open-file.js';
import { invalid, type Place } from '../bytes/place.js';
import type { ReadMatrixOptions } from '../options.js';
import { checkExtent } from './limits.js';
import { type EntryPlaces, rowOrder } from './order.js';

/** Entries as a matrix, in the order they have. Two entries at one place are refused, or added up. */
export function cooOf<D extends Dtype>(
  entries: CooMatrix<D>,
  place: Place,
  options: ReadMatrixOptions,
): CooMatrix<D> {
  const order = rowOrder(entries);
  const repeats = countRepeats(entries, order, place, options);
  if (repeats === 0) return entries;
  const count = entries.rows.length - repeats;
  const rows = allocateInt32(count);
  const columns = allocateInt32(count);
  const values = allocateValues(entries.dtype, count);
  const { add } = arithmeticOf(entries.dtype);
  let last = -1;
  for (let i = 0; i < entries.rows.length; i++) {
    const entry = order === undefined ? i : order[i]!;
    const value = entries.values[entry]!;
    if (last >= 0 && rows[last] === entries.rows[entry] && columns[last] === entries.columns[entry]) {
      values[last] = add(values[last]!, value);
      continue;
    }
    last++;
    rows[last] = entries.rows[entry]!;
    columns[last] = entries.columns[entry]!;
    values[last] = value;
  }
  return { shape: entries.shape, dtype: entries.dtype, rows, columns, values };
}

/** Entries without values as a pattern of 1 x 1 blocks. */
export function patternOf(
  entries: EntryPlaces & { readonly shape: Shape },
  file: OpenFile,
  options: ReadMatrixOptions,
): BsrPattern {
  const { shape, rows, columns } = entries;
  checkExtent(shape[0], file, options);
  const order = rowOrder(entries);
  const repeats = countRepeats(entries, order, file, options);
  const indptr = allocateInt32(shape[0] + 1);
  const indices = allocateInt32(rows.length - repeats);
  let last = -1;
  let lastRow = -1;
  for (let i = 0; i < rows.length; i++) {
    const entry = order === undefined ? i : order[i]!;
    if (lastRow === rows[entry] && indices[last] === columns[entry]) continue;
    last++;
    lastRow = rows[entry]!;
    indices[last] = columns[entry]!;
    indptr[lastRow + 1]!++;
  }
  for (let row = 0; row < shape[0]; row++) indptr[row + 1]! += indptr[row]!;
  return { shape, blockShape: [1, 1], indptr, indices };
}

/** How many entries stand at the place of another one; an error unless repeats are to be added up. */
function countRepeats(
  { rows, columns }: EntryPlaces,
  order: Int32Array | undefined,
  place: Place,
  options: ReadMatrixOptions,
): number {
  let repeats = 0;
  for (let i = 1; i < rows.length; i++) {
    const entry = order === undefined ? i : order[i]!;
    const before = order === undefined ? i - 1 : order[i - 1]!;
    if (rows[entry] !== rows[before] || columns[entry] !== columns[before]) continue;
    if (options.duplicates !== 'sum') {
      throw invalid(
        place,
        `entries ${before} and ${entry} (from 0) both stand at row ${rows[entry]}, column ${columns[entry]} (from 0); ` +
          "duplicates: 'sum' (sparsek convert --sum-duplicates) adds them up",
      );
    }
    repeats++;
  }
  return repeats;
}
