import {
  type BlockMask,
  type BlockShape,
  InvalidArgumentError,
  type MaskClause,
  type MaskPattern,
} from '@sparsek/types';
import { checkInteger } from '../mask/check.js';
import type { MaskExpression } from '../mask/expression.js';
import { isList } from '../mask/is-list.js';
import { dependsOnHead, resolveTerm } from '../mask/resolve.js';
import { clauseKey, toClause } from './box.js';
import { toBoxes } from './clauses.js';
import { defaultBlockShape } from './default-block-shape.js';
import type { DocumentIndex } from './document-index.js';
import type { Geometry } from './geometry.js';
import { type DocumentIndices, lower } from './lower.js';
import type { Node } from './node.js';
import { sameStored } from './same-stored.js';
import { storedPattern } from './stored-pattern.js';

export interface CompileOptions {
  readonly queryLength: number;
  /** Default: queryLength. */
  readonly keyLength?: number;
  /** `[BQ, BK]` in tokens. Default: the size of the blocks that the expression names, else [128, 128]. */
  readonly blockShape?: BlockShape;
  /** Query heads, for one expression whose terms draw differently for each head. Default 1: all heads alike. */
  readonly heads?: number;
  /** Batches, for a list of `batches * heads` expressions, batch by batch. Default 1: all batches alike. */
  readonly batches?: number;
}

/**
 * Compiles a mask expression to a block mask.
 *
 * Regular masks (windows, causal, sinks, prefixes, global tokens, packed documents and what `and`, `or` and `not` make
 * of them) become at most 16 clauses and take O(1) memory, O(keyLength) with documents. Others become stored blocks, in
 * time and memory proportional to the visible blocks; equal bitmaps and heads with the same expression are stored once.
 *
 * @param mask One expression, or a list of them: one a head, or one for every head of every batch.
 * @throws InvalidArgumentError when lengths, block shape or the number of expressions are impossible, or when document
 *   ids do not have length keyLength.
 */
export function compileMask(
  mask: MaskExpression | readonly MaskExpression[],
  options: CompileOptions,
): BlockMask {
  const { queryLength, keyLength = queryLength } = options;
  checkInteger(queryLength, 'queryLength', 0);
  checkInteger(keyLength, 'keyLength', 0);
  const list: readonly MaskExpression[] = isList(mask) ? mask : [mask];
  const blockShape = options.blockShape ?? defaultBlockShape(list, keyLength);
  checkInteger(blockShape[0], 'blockShape[0]', 1);
  checkInteger(blockShape[1], 'blockShape[1]', 1);
  const { batches, heads } = checkCounts(mask, options);

  const geometry: Geometry = { queryLength, keyLength, blockShape };
  const expressionOf = (slot: number) => (isList(mask) ? list[slot]! : list[0]!);
  const compiler = patternCompiler(geometry);
  const headMap = new Int32Array(batches * heads);
  for (let slot = 0; slot < headMap.length; slot++) {
    headMap[slot] = compiler.add(expressionOf(slot), slot % heads);
  }
  return {
    queryLength,
    keyLength,
    blockShape,
    patterns: compiler.patterns,
    batches,
    heads,
    headMap,
    ...(compiler.usesDocuments() && { documents: compiler.documents()!.contiguous! }),
  };
}

function checkCounts(
  mask: MaskExpression | readonly MaskExpression[],
  options: CompileOptions,
): { batches: number; heads: number } {
  const { batches = 1 } = options;
  checkInteger(batches, 'batches', 1);
  if (!isList(mask)) {
    const { heads = 1 } = options;
    checkInteger(heads, 'heads', 1);
    if (batches !== 1) throw new InvalidArgumentError('batches', '1 for a single expression', batches);
    return { batches, heads: dependsOnHead(mask) ? heads : 1 };
  }
  const heads = options.heads ?? mask.length / batches;
  if (mask.length === 0 || !Number.isInteger(heads) || mask.length !== batches * heads) {
    const wanted = options.heads ? `${batches} x ${heads}` : `a multiple of ${batches}`;
    throw new InvalidArgumentError(
      'mask',
      `${wanted} expressions (batches x heads)`,
      `${mask.length} expressions`,
    );
  }
  return { batches, heads };
}

/** Compiles expressions one by one and gives equal ones the same pattern. */
function patternCompiler(geometry: Geometry) {
  const patterns: MaskPattern[] = [];
  const numbers = new Map<string, number>();
  const byExpression = new Map<MaskExpression, number>();
  const indices: DocumentIndices = new Map();
  let used = false;

  /** Clauses can name one document array: the first contiguous one. */
  const documents = (): DocumentIndex | undefined => [...indices.values()].find((index) => index.contiguous);
  const append = (pattern: MaskPattern): number => patterns.push(pattern) - 1;

  const compile = (node: Node): number => {
    const boxes = toBoxes(node, geometry, documents());
    if (!boxes) {
      const pattern = storedPattern(node, geometry, documents());
      used ||= namesDocument(pattern.clauses);
      const same = patterns.findIndex((other) => other.kind === 'stored' && sameStored(other, pattern));
      return same >= 0 ? same : append(pattern);
    }
    const clauses = boxes.map(toClause);
    used ||= namesDocument(clauses);
    const key = clauseKey(clauses);
    const number = numbers.get(key) ?? append({ kind: 'regular', clauses });
    numbers.set(key, number);
    return number;
  };

  return {
    patterns,
    documents,
    usesDocuments: () => used,
    add(mask: MaskExpression, head: number): number {
      // Heads of a preset often share expressions.
      const expression =
        mask.kind === 'preset' ? resolveTerm(mask, { keyLength: geometry.keyLength, head }) : mask;
      const shared = !dependsOnHead(expression);
      const known = shared ? byExpression.get(expression) : undefined;
      if (known !== undefined) return known;
      const number = compile(lower(expression, { keyLength: geometry.keyLength, head, documents: indices }));
      if (shared) byExpression.set(expression, number);
      return number;
    },
  };
}

function namesDocument(clauses: readonly MaskClause[] | undefined): boolean {
  return clauses?.some((clause) => clause.document !== 'any') ?? false;
}
