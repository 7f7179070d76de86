import {
  BLOCK_CLAUSES,
  BLOCK_FULL,
  type BlockMask,
  type MaskClause,
  type MaskDocuments,
  type MaskPattern,
  type StoredPattern,
} from '@sparsek/types';

/**
 * Whether query `query` (an index from 0) of a batch and head may look at key `key`: the definition of `BlockMask`,
 * element by element.
 */
export function isVisible(mask: BlockMask, batch: number, head: number, query: number, key: number): boolean {
  return visibleKeys(mask, batch, head, query)(key);
}

/** {@link isVisible} for the keys of one query. */
export function visibleKeys(
  mask: BlockMask,
  batch: number,
  head: number,
  query: number,
): (key: number) => boolean {
  const pattern = patternOf(mask, batch, head);
  const position = query + mask.keyLength - mask.queryLength;
  if (pattern.kind === 'regular') {
    return (key) => pattern.clauses.some((clause) => clauseHolds(clause, position, key, mask.documents));
  }
  return storedKeys(mask, pattern, query, position);
}

function patternOf(mask: BlockMask, batch: number, head: number): MaskPattern {
  return mask.patterns[mask.headMap[(batch % mask.batches) * mask.heads + (head % mask.heads)]!]!;
}

function storedKeys(
  mask: BlockMask,
  pattern: StoredPattern,
  query: number,
  position: number,
): (key: number) => boolean {
  const [blockHeight, blockWidth] = mask.blockShape;
  const blockRow = Math.floor(query / blockHeight);
  const blocks = new Map<number, number>();
  for (let p = pattern.indptr[blockRow]!; p < pattern.indptr[blockRow + 1]!; p++) {
    blocks.set(pattern.indices[p]!, p);
  }
  return (key) => {
    const block = blocks.get(Math.floor(key / blockWidth));
    if (block === undefined) return false;
    const fill = pattern.fill?.[block] ?? BLOCK_FULL;
    if (fill === BLOCK_FULL) return true;
    if (fill === BLOCK_CLAUSES) {
      return (pattern.clauses ?? []).some((clause) => clauseHolds(clause, position, key, mask.documents));
    }
    const wordsARow = Math.ceil(blockWidth / 32);
    const column = key % blockWidth;
    const word =
      (fill - 2) * blockHeight * wordsARow + (query % blockHeight) * wordsARow + Math.floor(column / 32);
    return ((pattern.bitmaps![word]! >>> (column % 32)) & 1) === 1;
  };
}

/** `i` and `j` are the positions of query and key after bottom-right alignment. */
export function clauseHolds(
  clause: MaskClause,
  i: number,
  j: number,
  documents: MaskDocuments | undefined,
): boolean {
  return (
    clause.diagonal[0] <= j - i &&
    j - i <= clause.diagonal[1] &&
    clause.rows[0] <= i &&
    i < clause.rows[1] &&
    clause.columns[0] <= j &&
    j < clause.columns[1] &&
    (clause.document === 'any' || documentHolds(clause.document, i, j, documents!))
  );
}

function documentHolds(
  relation: Exclude<MaskClause['document'], 'any'>,
  i: number,
  j: number,
  documents: MaskDocuments,
): boolean {
  const inside = i >= 0 && i < documents.start.length;
  if (!inside) return false;
  const start = documents.start[i]!;
  const end = documents.end[i]!;
  if (relation === 'before') return j < start;
  if (relation === 'after') return j >= end;
  return start <= j && j < end;
}
