import {
  BLOCK_CLAUSES,
  BLOCK_FULL,
  type BlockMask,
  type MaskClause,
  type MaskPattern,
  type RegularPattern,
  type StoredPattern,
} from '@sparsek/types';
import { bitmapOffset, clauseKeys } from './is-visible.js';
import { maskExtent } from './pattern-for.js';
import { visibleRuns } from './visible-runs.js';

export interface MaskPatternStatistics {
  readonly visibleBlocks: number;
  readonly fullBlocks: number;
  readonly partialBlocks: number;
  /** Pairs of a query and a key that it sees. */
  readonly visiblePairs: number;
  /** Visible blocks of the longest block row. */
  readonly longestRow: number;
}

export interface MaskStatistics extends MaskPatternStatistics {
  /** Of each pattern alone; the totals count a pattern once for every entry of the head map that names it. */
  readonly patterns: readonly MaskPatternStatistics[];
  /** Visible pairs as a share of all pairs; 0 when there are none. */
  readonly density: number;
  /** Visible blocks as a share of all blocks; 0 when there are none. */
  readonly blockDensity: number;
  /** Memory that the mask takes, in bytes. */
  readonly bytes: number;
}

/**
 * What a mask shows. The mask is expected to have passed `checkBlockMask`. A regular pattern takes time linear in its
 * queries (no block is visited one by one where the clauses decide alone); a stored one in its blocks and in the
 * queries of its partial blocks.
 */
export function maskStatistics(mask: BlockMask): MaskStatistics {
  const patterns = mask.patterns.map((pattern) =>
    pattern.kind === 'regular' ? regularStatistics(mask, pattern) : storedStatistics(mask, pattern),
  );
  const total = { visibleBlocks: 0, fullBlocks: 0, partialBlocks: 0, visiblePairs: 0, longestRow: 0 };
  for (const index of mask.headMap) {
    const one = patterns[index]!;
    total.visibleBlocks += one.visibleBlocks;
    total.fullBlocks += one.fullBlocks;
    total.partialBlocks += one.partialBlocks;
    total.visiblePairs += one.visiblePairs;
    total.longestRow = Math.max(total.longestRow, one.longestRow);
  }
  const { blockRows, blockColumns } = maskExtent(mask);
  const pairs = mask.queryLength * mask.keyLength * mask.headMap.length;
  const blocks = blockRows * blockColumns * mask.headMap.length;
  return {
    ...total,
    patterns,
    density: pairs === 0 ? 0 : total.visiblePairs / pairs,
    blockDensity: blocks === 0 ? 0 : total.visibleBlocks / blocks,
    bytes: maskBytes(mask),
  };
}

function regularStatistics(mask: BlockMask, pattern: RegularPattern): MaskPatternStatistics {
  const { blockRows } = maskExtent(mask);
  let visibleBlocks = 0;
  let fullBlocks = 0;
  let longestRow = 0;
  for (let row = 0; row < blockRows; row++) {
    let inRow = 0;
    for (const run of visibleRuns(mask, pattern, row)) {
      inRow += run.end - run.begin;
      if (run.fill === BLOCK_FULL) fullBlocks += run.end - run.begin;
    }
    visibleBlocks += inRow;
    longestRow = Math.max(longestRow, inRow);
  }
  const offset = mask.keyLength - mask.queryLength;
  let visiblePairs = 0;
  for (let q = 0; q < mask.queryLength; q++) {
    visiblePairs += coveredKeys(mask, pattern.clauses, q + offset, 0, mask.keyLength);
  }
  return { visibleBlocks, fullBlocks, partialBlocks: visibleBlocks - fullBlocks, visiblePairs, longestRow };
}

function storedStatistics(mask: BlockMask, pattern: StoredPattern): MaskPatternStatistics {
  const [height, width] = mask.blockShape;
  const { blockRows } = maskExtent(mask);
  let fullBlocks = 0;
  let visiblePairs = 0;
  let longestRow = 0;
  for (let row = 0; row < blockRows; row++) {
    const queryBegin = row * height;
    const queryEnd = Math.min(queryBegin + height, mask.queryLength);
    longestRow = Math.max(longestRow, pattern.indptr[row + 1]! - pattern.indptr[row]!);
    for (let p = pattern.indptr[row]!; p < pattern.indptr[row + 1]!; p++) {
      const keyBegin = pattern.indices[p]! * width;
      const keyEnd = Math.min(keyBegin + width, mask.keyLength);
      const fill = pattern.fill?.[p] ?? BLOCK_FULL;
      if (fill === BLOCK_FULL) {
        fullBlocks++;
        visiblePairs += (queryEnd - queryBegin) * (keyEnd - keyBegin);
      } else if (fill === BLOCK_CLAUSES) {
        visiblePairs += clausePairs(mask, pattern.clauses ?? [], queryBegin, queryEnd, keyBegin, keyEnd);
      } else {
        visiblePairs += bitmapPairs(mask, pattern, fill, queryEnd - queryBegin, keyEnd - keyBegin);
      }
    }
  }
  const visibleBlocks = pattern.indices.length;
  return { visibleBlocks, fullBlocks, partialBlocks: visibleBlocks - fullBlocks, visiblePairs, longestRow };
}

function clausePairs(
  mask: BlockMask,
  clauses: readonly MaskClause[],
  queryBegin: number,
  queryEnd: number,
  keyBegin: number,
  keyEnd: number,
): number {
  const offset = mask.keyLength - mask.queryLength;
  let pairs = 0;
  for (let q = queryBegin; q < queryEnd; q++)
    pairs += coveredKeys(mask, clauses, q + offset, keyBegin, keyEnd);
  return pairs;
}

/** How many of the keys `begin .. end - 1` the clauses together show to the query at absolute position i. */
function coveredKeys(
  mask: BlockMask,
  clauses: readonly MaskClause[],
  i: number,
  begin: number,
  end: number,
): number {
  let reach = begin;
  let count = 0;
  while (reach < end) {
    let nearest = end;
    let nearestEnd = end;
    for (const clause of clauses) {
      const [first, last] = clauseKeys(mask, clause, i);
      const from = Math.max(first, reach);
      if (from >= Math.min(last, end)) continue;
      if (from < nearest || (from === nearest && last > nearestEnd)) {
        nearest = from;
        nearestEnd = Math.min(last, end);
      }
    }
    if (nearest === end) break;
    count += nearestEnd - nearest;
    reach = nearestEnd;
  }
  return count;
}

/** Set bits of a bitmap within the part of its block that exists. */
function bitmapPairs(
  mask: BlockMask,
  pattern: StoredPattern,
  fill: number,
  rows: number,
  columns: number,
): number {
  const rowWords = Math.ceil(mask.blockShape[1] / 32);
  const offset = bitmapOffset(mask, fill);
  let pairs = 0;
  for (let r = 0; r < rows; r++) {
    for (let w = 0; w * 32 < columns; w++) {
      const left = columns - w * 32;
      const keep = left >= 32 ? 0xffffffff : (1 << left) - 1;
      pairs += popcount((pattern.bitmaps?.[offset + r * rowWords + w] ?? 0) & keep);
    }
  }
  return pairs;
}

/** Number of set bits of a 32-bit word (Warren, "Hacker's Delight", section 5-1). */
function popcount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  x = (x + (x >>> 4)) & 0x0f0f0f0f;
  return Math.imul(x, 0x01010101) >>> 24;
}

/** Six numbers and a relation, as a backend packs them. */
const CLAUSE_BYTES = 56;

function maskBytes(mask: BlockMask): number {
  let bytes = mask.headMap.byteLength;
  if (mask.documents !== undefined) bytes += mask.documents.start.byteLength + mask.documents.end.byteLength;
  for (const pattern of mask.patterns) bytes += patternBytes(pattern);
  return bytes;
}

function patternBytes(pattern: MaskPattern): number {
  const clauses = (pattern.clauses?.length ?? 0) * CLAUSE_BYTES;
  if (pattern.kind === 'regular') return clauses;
  const { indptr, indices, fill, bitmaps } = pattern;
  return (
    clauses + indptr.byteLength + indices.byteLength + (fill?.byteLength ?? 0) + (bitmaps?.byteLength ?? 0)
  );
}
