import type { BlockMask, DocumentRelation, MaskClause, MaskPattern } from '@sparsek/types';
import type { NativeMask, NativeMaskPattern } from '../../native/binding.js';
import { type BlockSide, retile } from './retile.js';

/** Open ends in kernels/cuda/attention/params.h: no sum with a position overflows 32 bits. */
const OPEN = 2 ** 30;

/** Relation in kernels/cuda/attention/params.h. */
const RELATION_CODE: Readonly<Record<DocumentRelation, number>> = { any: 0, same: 1, before: 2, after: 3 };

/** A checked mask as the kernels read it. Regular patterns pass as they are; stored ones in blocks of 64 or 128. */
export function kernelMask(mask: BlockMask, takes64: boolean): NativeMask {
  const { queryLength, keyLength, headMap, batches, heads, documents } = mask;
  const side = blockSide(mask, takes64);
  return {
    side,
    queryLength,
    keyLength,
    patterns: mask.patterns.map((pattern) => kernelPattern(mask, pattern, side)),
    headMap,
    batches,
    heads,
    ...(documents ? { documentStart: documents.start, documentEnd: documents.end } : {}),
  };
}

function blockSide({ patterns, blockShape: [height, width] }: BlockMask, takes64: boolean): BlockSide {
  const stored = patterns.some((pattern) => pattern.kind === 'stored');
  return stored && takes64 && height <= 64 && width <= 64 ? 64 : 128;
}

function kernelPattern(mask: BlockMask, pattern: MaskPattern, side: BlockSide): NativeMaskPattern {
  if (pattern.kind === 'regular') return { stored: false, clauses: clauseWords(pattern.clauses) };
  const native = mask.blockShape.every((extent) => extent === side);
  const { indptr, indices, fill, bitmaps, clauses = [] } = native ? pattern : retile(mask, pattern, side);
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
