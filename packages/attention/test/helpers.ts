import { BLOCK_BITMAP, BLOCK_CLAUSES, BLOCK_FULL, type BlockMask, type MaskClause } from '@sparsek/types';
import { type MaskExpression, visible } from '../src/index.js';

/** Reads a block mask straight by the text of its type, sharing no code with what compiles or runs it. */
export function readMask(mask: BlockMask, batch: number, head: number): boolean[][] {
  const pattern = mask.patterns[mask.headMap[(batch % mask.batches) * mask.heads + (head % mask.heads)]!]!;
  const { queryLength, keyLength, documents } = mask;
  const [rows, columns] = mask.blockShape;
  const offset = keyLength - queryLength;
  const holds = (clause: MaskClause, i: number, j: number): boolean => {
    const inside = (value: number, [begin, end]: readonly [number, number]) => begin <= value && value < end;
    const start = documents?.start[i];
    const end = documents?.end[i];
    const related = {
      any: true,
      same: start !== undefined && end !== undefined && start <= j && j < end,
      before: start !== undefined && j < start,
      after: end !== undefined && j >= end,
    };
    return (
      clause.diagonal[0] <= j - i &&
      j - i <= clause.diagonal[1] &&
      inside(i, clause.rows) &&
      inside(j, clause.columns) &&
      related[clause.document]
    );
  };
  const table = Array.from({ length: queryLength }, () => new Array<boolean>(keyLength).fill(false));
  if (pattern.kind === 'regular') {
    return table.map((row, q) =>
      row.map((_, j) => pattern.clauses.some((clause) => holds(clause, q + offset, j))),
    );
  }
  const stride = Math.ceil(columns / 32);
  for (let r = 0; r * rows < queryLength; r++) {
    for (let p = pattern.indptr[r]!; p < pattern.indptr[r + 1]!; p++) {
      const fill = pattern.fill?.[p] ?? BLOCK_FULL;
      for (let q = r * rows; q < Math.min((r + 1) * rows, queryLength); q++) {
        for (let c = 0; c < columns; c++) {
          const j = pattern.indices[p]! * columns + c;
          if (j >= keyLength) continue;
          const word = ((fill - BLOCK_BITMAP) * rows + (q - r * rows)) * stride + (c >> 5);
          table[q]![j] =
            fill === BLOCK_FULL ||
            (fill === BLOCK_CLAUSES && pattern.clauses!.some((clause) => holds(clause, q + offset, j))) ||
            (fill >= BLOCK_BITMAP && ((pattern.bitmaps![word]! >>> (c & 31)) & 1) === 1);
        }
      }
    }
  }
  return table;
}

/** The same table from the element-wise definition. */
export function definedMask(
  expression: MaskExpression,
  queryLength: number,
  keyLength: number,
  head = 0,
): boolean[][] {
  return Array.from({ length: queryLength }, (_, q) =>
    Array.from({ length: keyLength }, (_key, j) =>
      visible(expression, q + keyLength - queryLength, j, { keyLength, head }),
    ),
  );
}

/** A table as text, so that a failing comparison shows where. */
export function draw(table: readonly (readonly boolean[])[]): string {
  return table.map((row) => row.map((cell) => (cell ? '#' : '.')).join('')).join('\n');
}
