import { createPhilox } from '@sparsek/bsr';
import { BLOCK_BITMAP, BLOCK_CLAUSES, BLOCK_FULL, type BlockShape } from '@sparsek/types';
import type { ClauseSpec, MaskPatternSpec, MaskSpec } from './case.js';
import { compress, type Keep } from './patterns.js';

/** Stream that bitmaps are drawn from. */
const BITMAP_STREAM = 17;

/** A mask shared by all batches and heads. */
export function sharedMask(
  lengths: readonly [queries: number, keys: number],
  blockShape: BlockShape,
  pattern: MaskPatternSpec,
  documents?: readonly number[],
): MaskSpec {
  return {
    queryLength: lengths[0],
    keyLength: lengths[1],
    blockShape,
    patterns: [pattern],
    batches: 1,
    heads: 1,
    headMap: [0],
    ...(documents === undefined ? {} : { documents }),
  };
}

export function regular(...clauses: ClauseSpec[]): MaskPatternSpec {
  return { kind: 'regular', clauses };
}

/** Queries and keys of one sequence of a packed batch. */
export type Sequence = readonly [queries: number, keys: number];

/**
 * Sequences of unequal lengths one after the other, as a packed batch gives them: each sees its own keys only, as its
 * clause says, with its queries aligned to the end of its keys.
 */
export function packedSequences(
  blockShape: BlockShape,
  sequences: readonly Sequence[],
  ...clauses: ClauseSpec[]
): MaskSpec {
  const queryLength = sequences.reduce((sum, [queries]) => sum + queries, 0);
  const keyLength = sequences.reduce((sum, [, keys]) => sum + keys, 0);
  let firstRow = keyLength - queryLength;
  let firstKey = 0;
  const placed = sequences.flatMap(([queries, keys]) => {
    const rowShift = firstRow - (keys - queries);
    const rows = [firstRow, firstRow + queries] as const;
    const columns = [firstKey, firstKey + keys] as const;
    firstRow += queries;
    firstKey += keys;
    return clauses.map((clause) => ({
      diagonal: shifted(clause.diagonal, columns[0] - rowShift),
      rows: within(shifted(clause.rows, rowShift), rows),
      columns: within(shifted(clause.columns, columns[0]), columns),
    }));
  });
  return sharedMask([queryLength, keyLength], blockShape, regular(...placed));
}

type Ends = readonly [number | null, number | null];

function shifted([begin, end]: Ends = [null, null], by: number): Ends {
  return [begin === null ? null : begin + by, end === null ? null : end + by];
}

function within([begin, end]: Ends, [first, last]: readonly [number, number]): Ends {
  return [Math.max(begin ?? first, first), Math.min(end ?? last, last)];
}

/** Visible blocks, each filled as `fillOf` says: 0 full, 1 by the clauses, 2 + b bitmap b. */
export function stored(
  lengths: readonly [queries: number, keys: number],
  blockShape: BlockShape,
  keep: Keep,
  partial?: {
    readonly fillOf: (p: number) => number;
    readonly clauses?: readonly ClauseSpec[];
    readonly bitmaps?: readonly number[];
  },
): MaskPatternSpec {
  const rows = Math.ceil(lengths[0] / blockShape[0]);
  const columns = Math.ceil(lengths[1] / blockShape[1]);
  const blocks = compress(rows, columns, keep);
  if (partial === undefined) return { kind: 'stored', ...blocks };
  return {
    kind: 'stored',
    ...blocks,
    fill: blocks.indices.map((_, p) => partial.fillOf(p)),
    ...(partial.clauses === undefined ? {} : { clauses: partial.clauses }),
    ...(partial.bitmaps === undefined ? {} : { bitmaps: partial.bitmaps }),
  };
}

/** Words of random bitmaps; the first one is all zero, and each has an empty first row. */
export function drawBitmaps(seed: number, blockShape: BlockShape, count: number): number[] {
  const wordsARow = Math.ceil(blockShape[1] / 32);
  const words = blockShape[0] * wordsARow;
  const philox = createPhilox(seed, BITMAP_STREAM);
  return Array.from({ length: count * words }, (_, n) =>
    n < words || n % words < wordsARow ? 0 : philox.word(n),
  );
}

/** Every regular mask that the clauses are there for, and what has broken masks elsewhere. */
export const REGULAR_MASKS: Readonly<Record<string, readonly ClauseSpec[]>> = {
  'no mask': [{}],
  'nothing visible, no clause': [],
  'nothing visible, empty interval': [{ diagonal: [3, 1] }],
  causal: [{ diagonal: [null, 0] }],
  'strictly causal: the first row sees nothing': [{ diagonal: [null, -1] }],
  'anti-causal': [{ diagonal: [0, null] }],
  'window of 1': [{ diagonal: [0, 0] }],
  'window of 16 keys': [{ diagonal: [-15, 0] }],
  'window on both sides': [{ diagonal: [-9, 7] }],
  'window far behind: the first rows see nothing': [{ diagonal: [-40, -20] }],
  'window far ahead: the last rows see nothing': [{ diagonal: [20, 40] }],
  'sinks and window': [{ diagonal: [-11, 0] }, { diagonal: [null, 0], columns: [null, 4] }],
  'global rows and columns and window': [{ diagonal: [-5, 5] }, { columns: [null, 3] }, { rows: [null, 3] }],
  'prefix seen by all, else causal': [{ diagonal: [null, 0] }, { columns: [null, 19] }],
  'clauses that overlap: a key counts once': [
    { diagonal: [-30, 0] },
    { diagonal: [-10, 10] },
    { columns: [5, 30] },
    { diagonal: [-30, 0] },
  ],
  'two windows with a gap': [{ diagonal: [-6, 0] }, { diagonal: [-30, -22] }],
  'a middle range of rows sees nothing': [{ rows: [null, 20] }, { rows: [41, null] }],
  'a range of rows and columns': [{ rows: [10, 50], columns: [7, 33] }],
  'columns that start late': [{ columns: [37, null], diagonal: [null, 0] }],
};

export const DOCUMENT_MASKS: Readonly<Record<string, readonly ClauseSpec[]>> = {
  'own document': [{ document: 'same' }],
  'own document, causal': [{ document: 'same', diagonal: [null, 0] }],
  'own document, window': [{ document: 'same', diagonal: [-7, 0] }],
  'documents before': [{ document: 'before' }],
  'documents after': [{ document: 'after' }],
  'own document causal, all before within a window': [
    { document: 'same', diagonal: [null, 0] },
    { document: 'before', diagonal: [-30, 0] },
  ],
  'other documents': [{ document: 'before' }, { document: 'after' }],
};

/** What stored patterns are made of, by name: which blocks, and how they are filled with 3 bitmaps and one clause. */
export const FILLS: Readonly<Record<string, (p: number) => number>> = {
  full: () => BLOCK_FULL,
  'by clauses': () => BLOCK_CLAUSES,
  'by bitmaps': (p) => BLOCK_BITMAP + 1 + (p % 2),
  'by an empty bitmap': () => BLOCK_BITMAP,
  'full, by clauses and by bitmaps': (p) => p % 5,
};
