import {
  BLOCK_BITMAP,
  BLOCK_CLAUSES,
  type BlockMask,
  InvalidArgumentError,
  InvalidMaskError,
  InvalidMatrixError,
  type MaskClause,
  type MaskDocuments,
  type MaskPattern,
  type StoredPattern,
} from '@sparsek/types';
import {
  checkBlockShape,
  checkCount,
  checkInt32,
  checkInteger,
  checkObject,
  INT32_MAX,
} from './arguments.js';
import { checkCompressed } from './compressed.js';

const RELATIONS = new Set<unknown>(['any', 'same', 'before', 'after']);

/**
 * Checks a block mask: extents, the head map, every pattern (clauses; indptr, indices, fill and bitmaps of stored
 * patterns) and the documents. Time is linear in what the mask stores.
 *
 * @throws InvalidArgumentError for an argument of the wrong type or range.
 * @throws InvalidMaskError where the parts contradict each other; it names pattern, block row and position.
 */
export function checkBlockMask(mask: BlockMask, name = 'mask'): void {
  checkObject(mask, name, 'a block mask { queryLength, keyLength, blockShape, patterns, ... }');
  checkInteger(mask.queryLength, `${name}.queryLength`, 0, INT32_MAX + 1);
  checkInteger(mask.keyLength, `${name}.keyLength`, 0, INT32_MAX + 1);
  checkBlockShape(mask.blockShape, `${name}.blockShape`);
  checkHeadMap(mask, name);
  const needsDocuments = mask.patterns.some((pattern, index) => checkMaskPattern(mask, pattern, index, name));
  if (mask.documents !== undefined) checkDocuments(mask.documents, mask.keyLength, `${name}.documents`);
  else if (needsDocuments) {
    throw new InvalidMaskError(
      `Expected documents for ${name}.documents (a clause names them) but received undefined`,
    );
  }
}

function checkHeadMap(mask: BlockMask, name: string): void {
  checkCount(mask.batches, `${name}.batches`);
  checkCount(mask.heads, `${name}.heads`);
  if (!Array.isArray(mask.patterns) || mask.patterns.length === 0) {
    throw new InvalidArgumentError(`${name}.patterns`, 'an array of one mask pattern or more', mask.patterns);
  }
  checkInt32(mask.headMap, `${name}.headMap`);
  if (mask.batches < 1 || mask.heads < 1 || mask.headMap.length !== mask.batches * mask.heads) {
    throw new InvalidMaskError(
      `Expected batches * heads = ${mask.batches} * ${mask.heads} entries (at least one) for ${name}.headMap but ` +
        `received length ${mask.headMap.length}`,
    );
  }
  for (let i = 0; i < mask.headMap.length; i++) {
    const pattern = mask.headMap[i]!;
    if (pattern < 0 || pattern >= mask.patterns.length) {
      throw new InvalidMaskError(
        `Expected a pattern from 0 to ${mask.patterns.length - 1} for ${name}.headMap[${i}] (batch ` +
          `${Math.floor(i / mask.heads)}, head ${i % mask.heads}) but received ${pattern}`,
      );
    }
  }
}

/** Checks one pattern; true when one of its clauses names a document. */
function checkMaskPattern(mask: BlockMask, pattern: MaskPattern, index: number, maskName: string): boolean {
  const name = `${maskName}.patterns[${index}]`;
  checkObject(pattern, name, 'a regular or stored mask pattern');
  if (pattern.kind === 'regular') return checkClauses(pattern.clauses, `${name}.clauses`);
  if (pattern.kind === 'stored') return checkStored(mask, pattern, name);
  throw new InvalidArgumentError(
    `${name}.kind`,
    "'regular' or 'stored'",
    (pattern as { kind?: unknown }).kind,
  );
}

function checkClauses(clauses: readonly MaskClause[], name: string): boolean {
  if (!Array.isArray(clauses)) throw new InvalidArgumentError(name, 'an array of clauses', clauses);
  let documents = false;
  for (const [i, clause] of clauses.entries()) {
    checkObject(clause, `${name}[${i}]`, 'a clause { diagonal, rows, columns, document }');
    checkInterval(clause.diagonal, `${name}[${i}].diagonal`);
    checkInterval(clause.rows, `${name}[${i}].rows`);
    checkInterval(clause.columns, `${name}[${i}].columns`);
    if (!RELATIONS.has(clause.document)) {
      throw new InvalidArgumentError(
        `${name}[${i}].document`,
        "'any', 'same', 'before' or 'after'",
        clause.document,
      );
    }
    if (clause.document !== 'any') documents = true;
  }
  return documents;
}

/** Two integers or infinities, in any order: an interval that ends before it begins is empty. */
function checkInterval(interval: unknown, name: string): void {
  const bound = (value: unknown) => Number.isSafeInteger(value) || value === Infinity || value === -Infinity;
  if (!Array.isArray(interval) || interval.length !== 2 || !interval.every(bound)) {
    throw new InvalidArgumentError(name, 'two integers or infinities', interval);
  }
}

function checkStored(mask: BlockMask, pattern: StoredPattern, name: string): boolean {
  const [height, width] = mask.blockShape;
  const blockRows = Math.ceil(mask.queryLength / height);
  const blockColumns = Math.ceil(mask.keyLength / width);
  const names = { matrix: name, row: 'block row', column: 'block column' };
  try {
    checkCompressed(pattern.indptr, pattern.indices, blockRows, blockColumns, true, names);
  } catch (error) {
    if (!InvalidMatrixError.isInstance(error)) throw error;
    throw new InvalidMaskError(error.message, { cause: error });
  }
  if (pattern.clauses !== undefined && checkClauses(pattern.clauses, `${name}.clauses`)) {
    checkFill(mask, pattern, name);
    return true;
  }
  checkFill(mask, pattern, name);
  return false;
}

function checkFill(mask: BlockMask, pattern: StoredPattern, name: string): void {
  const words = bitmapWords(mask);
  if (pattern.bitmaps !== undefined) {
    if (!(pattern.bitmaps instanceof Uint32Array)) {
      throw new InvalidArgumentError(`${name}.bitmaps`, 'a Uint32Array', pattern.bitmaps);
    }
    if (pattern.bitmaps.length % words !== 0) {
      throw new InvalidMaskError(
        `Expected a multiple of ${words} words (one bitmap) for ${name}.bitmaps but received length ` +
          `${pattern.bitmaps.length}`,
      );
    }
  }
  if (pattern.fill === undefined) return;
  checkInt32(pattern.fill, `${name}.fill`);
  if (pattern.fill.length !== pattern.indices.length) {
    throw new InvalidMaskError(
      `Expected length ${pattern.indices.length} (one a block) for ${name}.fill but received length ` +
        `${pattern.fill.length}`,
    );
  }
  const bitmaps = (pattern.bitmaps?.length ?? 0) / words;
  for (let p = 0; p < pattern.fill.length; p++) {
    const fill = pattern.fill[p]!;
    if (
      fill < 0 ||
      fill >= BLOCK_BITMAP + bitmaps ||
      (fill === BLOCK_CLAUSES && pattern.clauses === undefined)
    ) {
      throw new InvalidMaskError(
        `Expected 0 (full)${pattern.clauses === undefined ? '' : ', 1 (clauses)'} or 2 + one of ${bitmaps} bitmaps ` +
          `for ${name}.fill[${p}] in block row ${blockRowOf(pattern.indptr, p)} but received ${fill}`,
      );
    }
  }
}

/** Words of one bitmap: BQ rows of ceil(BK / 32). */
export function bitmapWords(mask: BlockMask): number {
  return mask.blockShape[0] * Math.ceil(mask.blockShape[1] / 32);
}

/** The row that holds a position, by bisection. */
function blockRowOf(indptr: Int32Array, position: number): number {
  let low = 0;
  let high = indptr.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (indptr[middle]! <= position) low = middle;
    else high = middle;
  }
  return low;
}

function checkDocuments(documents: MaskDocuments, keyLength: number, name: string): void {
  checkObject(documents, name, 'documents { start, end }');
  checkInt32(documents.start, `${name}.start`);
  checkInt32(documents.end, `${name}.end`);
  for (const side of ['start', 'end'] as const) {
    if (documents[side].length !== keyLength) {
      throw new InvalidMaskError(
        `Expected length ${keyLength} (keyLength) for ${name}.${side} but received length ${documents[side].length}`,
      );
    }
  }
  for (let i = 0; i < keyLength; i++) {
    const start = documents.start[i]!;
    const end = documents.end[i]!;
    const inside = start >= 0 && start <= i && i < end && end <= keyLength;
    if (!inside || documents.start[start] !== start || documents.end[start] !== end) {
      throw new InvalidMaskError(
        `Expected token ${i} inside its own document for ${name} but received the span ${start} .. ${end - 1}` +
          (inside ? `, which token ${start} does not share` : ''),
      );
    }
  }
}
