import { visibleBlocks } from '@sparsek/bsr';
import type { BlockMask, MaskClause } from '@sparsek/types';
import type { AttentionData } from '../case/data.js';
import { headPatterns, type MaskArray } from './flex-blocks.js';

/** A clause without infinities, which JSON lacks: null is an open end. */
interface Clause {
  readonly diagonal: readonly (number | null)[];
  readonly rows: readonly (number | null)[];
  readonly columns: readonly (number | null)[];
  readonly document: string;
}

/** How a peer in another language tells whether a query sees a key. */
export interface MaskRule {
  /** `clauses`: one of them holds. `blocks`: `table` says of their block: 0 hidden, 1 visible, 2 by the clauses. */
  readonly kind: 'clauses' | 'blocks' | 'bitmaps';
  readonly clauses: readonly Clause[];
  readonly blockShape: readonly number[];
}

/** The rule of a mask, with the arrays that it reads. */
export function maskRule({ mask, q }: AttentionData): { rule: MaskRule; arrays: Record<string, MaskArray> } {
  const [first] = mask.patterns;
  const clauses = (first?.clauses ?? []).map(finiteClause);
  const { blockShape, documents } = mask;
  const arrays: Record<string, MaskArray> = documents
    ? { documents: { elements: documents.start, dtype: 'i32', shape: [mask.keyLength] } }
    : {};
  if (mask.patterns.length === 1 && first?.kind === 'regular') {
    return { rule: { kind: 'clauses', clauses, blockShape }, arrays };
  }
  const table = blockTable(mask);
  // Bitmaps of single pairs, or clauses that differ by head, have no table.
  const alike = mask.patterns.every(
    (pattern) => JSON.stringify((pattern.clauses ?? []).map(finiteClause)) === JSON.stringify(clauses),
  );
  if (!table || !alike) return { rule: { kind: 'bitmaps', clauses: [], blockShape }, arrays };
  const heads = headPatterns(mask, q.shape[1]);
  return {
    rule: { kind: 'blocks', clauses, blockShape },
    arrays: { ...arrays, table, tableHeads: { elements: heads, dtype: 'i32', shape: [heads.length] } },
  };
}

function blockTable(mask: BlockMask): MaskArray | undefined {
  const [height, width] = mask.blockShape;
  const rows = Math.ceil(mask.queryLength / height);
  const columns = Math.ceil(mask.keyLength / width);
  const elements = new Int8Array(mask.patterns.length * rows * columns);
  for (const [p, pattern] of mask.patterns.entries()) {
    for (let row = 0; row < rows; row++) {
      const found = visibleBlocks(mask, pattern, row);
      for (const [index, column] of found.columns.entries()) {
        const fill = found.fill[index]!;
        if (fill > 1) return undefined;
        elements[(p * rows + row) * columns + column] = fill + 1;
      }
    }
  }
  return { elements, dtype: 'i8', shape: [mask.patterns.length, rows, columns] };
}

function finiteClause({ diagonal, rows, columns, document }: MaskClause): Clause {
  const ends = (range: readonly number[]) => range.map((end) => (Number.isFinite(end) ? end : null));
  return { diagonal: ends(diagonal), rows: ends(rows), columns: ends(columns), document };
}
