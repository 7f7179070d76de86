import { type BlockShape, type BsrPattern, InvalidMatrixError, type Shape } from '@sparsek/types';
import { checkBlockShape, checkShape, INT32_MAX } from '../check/arguments.js';
import { allocateInt32 } from '../values/allocate.js';

/** What every pattern builder is told. */
export interface PatternOptions {
  /** `[rows, columns]` in elements. */
  readonly shape: Shape;
  /** `[rows, columns]` of a block in elements. */
  readonly blockShape: BlockShape;
}

/** Block rows and block columns of a pattern to be built. */
export interface Grid {
  readonly blockRows: number;
  readonly blockColumns: number;
}

/** Checks extents; the number of block rows and block columns is below 2^31. */
export function gridOf(options: PatternOptions): Grid {
  checkShape(options.shape, 'shape');
  checkBlockShape(options.blockShape, 'blockShape');
  const blockRows = Math.ceil(options.shape[0] / options.blockShape[0]);
  const blockColumns = Math.ceil(options.shape[1] / options.blockShape[1]);
  if (blockRows >= INT32_MAX || blockColumns > INT32_MAX) {
    throw new InvalidMatrixError(
      `Expected fewer than 2^31 block rows and columns but received ${blockRows} x ${blockColumns}`,
    );
  }
  return { blockRows, blockColumns };
}

/** Neighbouring block columns `begin .. end - 1`. */
export type Span = readonly [begin: number, end: number];

/**
 * The pattern whose block row r holds the union of the spans that `spansOf(r)` gives; they may overlap, stand in any
 * order and reach outside the matrix. Time is linear in the blocks and spans (times the logarithm of the spans a row).
 */
export function patternFromSpans(
  options: PatternOptions,
  spansOf: (blockRow: number) => readonly Span[],
): BsrPattern {
  const { blockRows, blockColumns } = gridOf(options);
  const indptr = allocateInt32(blockRows + 1);
  const merged: Span[][] = [];
  let blocks = 0;
  for (let r = 0; r < blockRows; r++) {
    const spans = mergeSpans(spansOf(r), blockColumns);
    for (const [begin, end] of spans) blocks += end - begin;
    checkBlockCount(blocks);
    indptr[r + 1] = blocks;
    merged.push(spans);
  }
  const indices = allocateInt32(blocks);
  let p = 0;
  for (const spans of merged) {
    for (const [begin, end] of spans) for (let column = begin; column < end; column++) indices[p++] = column;
  }
  return { shape: options.shape, blockShape: options.blockShape, indptr, indices };
}

/** Throws when a pattern would store 2^31 blocks or more. */
export function checkBlockCount(blocks: number): void {
  if (blocks > INT32_MAX) {
    throw new InvalidMatrixError(`Expected fewer than 2^31 stored blocks but received ${blocks} or more`);
  }
}

function mergeSpans(spans: readonly Span[], blockColumns: number): Span[] {
  const sorted = spans
    .map(([begin, end]): Span => [Math.max(0, begin), Math.min(blockColumns, end)])
    .filter(([begin, end]) => begin < end)
    .sort((a, b) => a[0] - b[0]);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && span[0] <= last[1])
      merged[merged.length - 1] = [last[0], Math.max(last[1], span[1])];
    else merged.push(span);
  }
  return merged;
}
