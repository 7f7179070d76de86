import {
  BLOCK_CLAUSES,
  BLOCK_FULL,
  type BlockMask,
  InvalidArgumentError,
  type MaskClause,
} from '@sparsek/types';
import { bitmapWords } from '../check/mask.js';
import { documentKeys } from './bands.js';
import { patternFor } from './pattern-for.js';

/**
 * Whether a query sees a key: the definition, pair by pair, for tests and small masks. `queryIndex` counts from 0 to
 * queryLength - 1; its absolute position is `queryIndex + keyLength - queryLength`.
 *
 * @throws InvalidArgumentError for a query or key outside the mask.
 */
export function isVisible(
  mask: BlockMask,
  batch: number,
  head: number,
  queryIndex: number,
  key: number,
): boolean {
  checkIndex(queryIndex, mask.queryLength, 'queryIndex');
  checkIndex(key, mask.keyLength, 'key');
  const pattern = patternFor(mask, batch, head);
  const i = queryIndex + mask.keyLength - mask.queryLength;
  if (pattern.kind === 'regular') return anyClause(mask, pattern.clauses, i, key);

  const [height, width] = mask.blockShape;
  const block = findBlock(
    pattern.indptr,
    pattern.indices,
    Math.floor(queryIndex / height),
    Math.floor(key / width),
  );
  if (block < 0) return false;
  const fill = pattern.fill?.[block] ?? BLOCK_FULL;
  if (fill === BLOCK_FULL) return true;
  if (fill === BLOCK_CLAUSES) return anyClause(mask, pattern.clauses ?? [], i, key);
  const bit = key % width;
  const word = bitmapOffset(mask, fill) + (queryIndex % height) * Math.ceil(width / 32) + (bit >>> 5);
  return (((pattern.bitmaps?.[word] ?? 0) >>> (bit & 31)) & 1) === 1;
}

/** Index of the first word of the bitmap that a fill code names. */
export function bitmapOffset(mask: BlockMask, fill: number): number {
  return (fill - 2) * bitmapWords(mask);
}

function anyClause(mask: BlockMask, clauses: readonly MaskClause[], i: number, key: number): boolean {
  return clauses.some((clause) => {
    const [begin, end] = clauseKeys(mask, clause, i);
    return key >= begin && key < end;
  });
}

/** The keys `begin .. end - 1` that a clause shows to the query at absolute position i; empty when end <= begin. */
export function clauseKeys(
  mask: BlockMask,
  clause: MaskClause,
  i: number,
): readonly [begin: number, end: number] {
  if (i < clause.rows[0] || i >= clause.rows[1]) return [0, 0];
  let begin = Math.max(0, clause.columns[0], i + clause.diagonal[0]);
  let end = Math.min(mask.keyLength, clause.columns[1], i + clause.diagonal[1] + 1);
  if (clause.document !== 'any') {
    const start = mask.documents?.start[i];
    const stop = mask.documents?.end[i];
    if (start === undefined || stop === undefined) return [0, 0];
    const keys = documentKeys(clause, start, stop, mask.keyLength);
    begin = Math.max(begin, keys[0]);
    end = Math.min(end, keys[1]);
  }
  return [begin, end];
}

/** Position of a block among the stored ones, by bisection; -1 when it is not stored. */
function findBlock(indptr: Int32Array, indices: Int32Array, blockRow: number, blockColumn: number): number {
  let low = indptr[blockRow]!;
  let high = indptr[blockRow + 1]!;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (indices[middle]! < blockColumn) low = middle + 1;
    else high = middle;
  }
  return low < indptr[blockRow + 1]! && indices[low] === blockColumn ? low : -1;
}

function checkIndex(value: number, length: number, name: string): void {
  if (!Number.isInteger(value) || value < 0 || value >= length) {
    throw new InvalidArgumentError(name, `an integer from 0 to ${length - 1}`, value);
  }
}
