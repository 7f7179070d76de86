import { createPhilox } from '@sparsek/bsr';
import type { BlockShape, Shape } from '@sparsek/types';
import type { PatternSpec } from './case.js';

/** Whether block (r, c) of a grid of `rows` x `columns` blocks is stored. */
export type Keep = (r: number, c: number, rows: number, columns: number) => boolean;

/** Streams below this one belong to values, so that structure and values are independent. */
const STRUCTURE_STREAM = 16;

export function pattern(shape: Shape, blockShape: BlockShape, keep: Keep): PatternSpec {
  const rows = Math.ceil(shape[0] / blockShape[0]);
  const columns = Math.ceil(shape[1] / blockShape[1]);
  return { shape, blockShape, ...compress(rows, columns, keep) };
}

export function compress(rows: number, columns: number, keep: Keep): { indptr: number[]; indices: number[] } {
  const indptr = [0];
  const indices: number[] = [];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) if (keep(r, c, rows, columns)) indices.push(c);
    indptr.push(indices.length);
  }
  return { indptr, indices };
}

/** Each block is stored with a probability. */
export function randomly(seed: number, density: number): Keep {
  const philox = createPhilox(seed, STRUCTURE_STREAM);
  return (r, c, _, columns) => philox.uniform(r * columns + c) < density;
}

/** Structures that have broken sparse kernels, by name. */
export const STRUCTURES: Readonly<Record<string, Keep>> = {
  'no blocks at all': () => false,
  'all blocks': () => true,
  'first block only': (r, c) => r === 0 && c === 0,
  'last block only': (r, c, rows, columns) => r === rows - 1 && c === columns - 1,
  'first row empty': (r, c) => r > 0 && (r + c) % 2 === 0,
  'last row empty': (r, c, rows) => r < rows - 1 && (r + c) % 2 === 0,
  'many empty rows': (r, c) => (r === 0 || r === 5) && c % 2 === 0,
  'every other row empty': (r) => r % 2 === 1,
  'one full row': (r) => r === 2,
  'one long row among short ones': (r, c) => r === 1 || c === r,
  'first column only': (_, c) => c === 0,
  'last column only': (_, c, __, columns) => c === columns - 1,
  'one full column': (_, c) => c === 1,
  diagonal: (r, c) => r === c,
  'anti-diagonal': (r, c, _, columns) => r + c === columns - 1,
  'rows of growing length': (r, c) => c < r,
  'power-law rows': (r, c, _, columns) => c < columns / (r + 1),
};
