import type { BlockShape } from './matrix.js';

/** Which keys a query sees by document: any, those of its own document, or those before or after it. */
export type DocumentRelation = 'any' | 'same' | 'before' | 'after';

/**
 * One term of a regular mask: for every query it is one interval of keys, so that no backend ever needs a table.
 *
 * With i the query's absolute position (bottom-right aligned: query index + keyLength - queryLength) and j the
 * key's position, (i, j) is visible when all of these hold:
 * - `diagonal[0] <= j - i <= diagonal[1]` (inclusive; +-Infinity for an open end),
 * - `rows[0] <= i < rows[1]` and `columns[0] <= j < columns[1]` (half-open; +-Infinity allowed),
 * - `document` holds, by the mask's {@link MaskDocuments}.
 */
export interface MaskClause {
  readonly diagonal: readonly [min: number, max: number];
  readonly rows: readonly [begin: number, end: number];
  readonly columns: readonly [begin: number, end: number];
  readonly document: DocumentRelation;
}

/**
 * Packed documents: token at absolute position i belongs to the document that spans the keys
 * `start[i] .. end[i] - 1`. Both arrays have length keyLength. Absolute positions outside see no document.
 */
export interface MaskDocuments {
  readonly start: Int32Array;
  readonly end: Int32Array;
}

/** A mask given by rule: (i, j) is visible when any clause holds. Takes O(1) memory. */
export interface RegularPattern {
  readonly kind: 'regular';
  readonly clauses: readonly MaskClause[];
}

/** Values of {@link StoredPattern.fill}: every pair visible; decided by the clauses; 2 + b: bitmap b. */
export const BLOCK_FULL = 0;
export const BLOCK_CLAUSES = 1;
export const BLOCK_BITMAP = 2;

/**
 * A mask given by its visible blocks, in block compressed sparse rows as in `BsrPattern`.
 *
 * Block (r, c) covers the query indices `r * BQ ..` and the keys `c * BK ..`. A full block shows all of its pairs
 * that exist; the ragged end of the sequence is not a reason to be partial.
 */
export interface StoredPattern {
  readonly kind: 'stored';
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  /** One entry a block; absent: every block is full. */
  readonly fill?: Int32Array;
  /** Read by the blocks whose fill is `BLOCK_CLAUSES`: visible when any clause holds. */
  readonly clauses?: readonly MaskClause[];
  /**
   * Bitmaps of partial blocks, one after the other. A bitmap has BQ rows of `ceil(BK / 32)` words; key c of a row
   * is bit `c % 32` (lowest first) of word `c / 32`. Equal bitmaps are stored once.
   */
  readonly bitmaps?: Uint32Array;
}

export type MaskPattern = RegularPattern | StoredPattern;

/**
 * Which query-key pairs attention may look at, in memory proportional to the visible blocks or less.
 *
 * Patterns are shared: head h of batch b uses `patterns[headMap[(b % batches) * heads + (h % heads)]]`, where
 * `batches` is 1 (all batches alike) or the batch size and `heads` is 1 or the number of query heads.
 */
export interface BlockMask {
  readonly queryLength: number;
  readonly keyLength: number;
  /** `[BQ, BK]` in tokens. */
  readonly blockShape: BlockShape;
  readonly patterns: readonly MaskPattern[];
  readonly batches: number;
  readonly heads: number;
  /** Length batches * heads. */
  readonly headMap: Int32Array;
  /** Needed when a clause names a document. */
  readonly documents?: MaskDocuments;
}
