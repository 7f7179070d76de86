import type { DocumentRelation, MaskClause } from '@sparsek/types';
import { firstPosition, type Geometry } from './geometry.js';

/** A mask clause with half-open intervals on all three axes. */
export interface Box {
  readonly diagonal: Interval;
  readonly rows: Interval;
  readonly columns: Interval;
  readonly document: DocumentRelation;
}

export type Interval = readonly [begin: number, end: number];

const OPEN: Interval = [-Infinity, Infinity];

export const WHOLE: Box = { diagonal: OPEN, rows: OPEN, columns: OPEN, document: 'any' };

export function toClause(box: Box): MaskClause {
  return {
    diagonal: [box.diagonal[0], box.diagonal[1] - 1],
    rows: box.rows,
    columns: box.columns,
    document: box.document,
  };
}

/** A text that is equal for equal clause lists. */
export function clauseKey(clauses: readonly MaskClause[]): string {
  return clauses.map((c) => [...c.diagonal, ...c.rows, ...c.columns, c.document].join()).join(';');
}

/** The pairs of both boxes, or undefined when no pair of the geometry is in both. */
export function intersectBoxes(a: Box, b: Box, geometry: Geometry): Box | undefined {
  if (a.document !== 'any' && b.document !== 'any' && a.document !== b.document) return undefined;
  return normalizeBox(
    {
      diagonal: overlap(a.diagonal, b.diagonal),
      rows: overlap(a.rows, b.rows),
      columns: overlap(a.columns, b.columns),
      document: a.document === 'any' ? b.document : a.document,
    },
    geometry,
  );
}

/**
 * The same pairs of the geometry with every bound that excludes none of them opened, or undefined when there are none.
 * So equal masks get equal clauses, and backends skip bounds that do not matter.
 */
export function normalizeBox(box: Box, geometry: Geometry): Box | undefined {
  const { keyLength } = geometry;
  const first = firstPosition(geometry);
  const rowBegin = Math.max(box.rows[0], first);
  const rowEnd = Math.min(box.rows[1], keyLength);
  const columnBegin = Math.max(box.columns[0], 0);
  const columnEnd = Math.min(box.columns[1], keyLength);
  if (rowBegin >= rowEnd || columnBegin >= columnEnd) return undefined;
  const diagonal = clipOpen(box.diagonal, columnBegin - (rowEnd - 1), columnEnd - rowBegin);
  if (!diagonal) return undefined;
  return {
    diagonal,
    rows: clipOpen(box.rows, first, keyLength) ?? box.rows,
    columns: clipOpen(box.columns, 0, keyLength) ?? box.columns,
    document: box.document,
  };
}

/** An interval with the bounds that do not cut [begin, end) opened; undefined when it misses [begin, end). */
function clipOpen(interval: Interval, begin: number, end: number): Interval | undefined {
  if (Math.max(interval[0], begin) >= Math.min(interval[1], end)) return undefined;
  return [interval[0] <= begin ? -Infinity : interval[0], interval[1] >= end ? Infinity : interval[1]];
}

function overlap(a: Interval, b: Interval): Interval {
  return [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
}
