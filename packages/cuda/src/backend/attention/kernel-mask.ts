import type { BlockMask, DocumentRelation, MaskClause, MaskPattern } from '@sparsek/types';
import type { NativeMask, NativeMaskPattern } from '../../native/binding.js';
import { KERNEL_BLOCK, retile } from './retile.js';

/** Open ends in kernels/cuda/attention/params.h: no sum with a position overflows 32 bits. */
const OPEN = 2 ** 30;

/** Relation in kernels/cuda/attention/params.h. */
const RELATION_CODE: Readonly<Record<DocumentRelation, number>> = { any: 0, same: 1, before: 2, after: 3 };

/** A checked mask as the kernels read it. Regular patterns pass as they are; stored ones in blocks of 128 x 128. */
export function kernelMask(mask: BlockMask): NativeMask {
  const { queryLength, keyLength, headMap, batches, heads, documents } = mask;
  return {
    queryLength,
    keyLength,
    patterns: mask.patterns.map((pattern) => kernelPattern(mask, pattern)),
    headMap,
    batches,
    heads,
    ...(documents ? { documentStart: documents.start, documentEnd: documents.end } : {}),
  };
}

function kernelPattern(mask: BlockMask, pattern: MaskPattern): NativeMaskPattern {
  if (pattern.kind === 'regular') return { stored: false, clauses: clauseWords(pattern.clauses) };
  const native = mask.blockShape.every((extent) => extent === KERNEL_BLOCK);
  const { indptr, indices, fill, bitmaps, clauses = [] } = native ? pattern : retile(mask, pattern);
  return {
    stored: true,
    indptr,
    indices,
    ...(fill ? { fill } : {}),
    ...(bitmaps ? { bitmaps } : {}),
    clauses: clauseWords(clauses),
  };
}

function clauseWords(clauses: readonly MaskClause[]): Int32Array {
  return Int32Array.from(
    clauses.flatMap(({ diagonal, rows, columns, document }) => [
      ...[...diagonal, ...rows, ...columns].map((bound) => Math.max(-OPEN, Math.min(OPEN, bound))),
      RELATION_CODE[document],
    ]),
  );
}
