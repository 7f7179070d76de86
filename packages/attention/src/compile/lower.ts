import { InvalidArgumentError } from '@sparsek/types';
import type { MaskContext, MaskExpression } from '../mask/expression.js';
import { resolveTerm } from '../mask/resolve.js';
import { verticalSlashPattern } from '../terms/vertical-slash.js';
import { type DocumentIndex, indexDocuments } from './document-index.js';
import { fromSorted, type IntegerSet, range } from './integer-set.js';
import type { Node } from './node.js';

/** Index of every document array that was met, so that heads and terms share one. */
export type DocumentIndices = Map<Int32Array, DocumentIndex>;

export interface LowerContext extends MaskContext {
  readonly keyLength: number;
  readonly documents: DocumentIndices;
}

/** Reduces an expression for one length and head to nodes, with the meaning that `visible` gives it. */
export function lower(expression: MaskExpression, context: LowerContext): Node {
  switch (expression.kind) {
    case 'all':
      return { kind: 'and', nodes: [] };
    case 'causal':
      return diagonals(range(-Infinity, 1));
    case 'window':
      return diagonals(range(-expression.behind, expression.ahead + 1));
    case 'sink':
      return keys(range(-Infinity, expression.count));
    case 'global':
      return either(queries(range(-Infinity, expression.count)), keys(range(-Infinity, expression.count)));
    case 'dilated':
      return diagonals(tapSet(Math.min(expression.span, context.keyLength), expression.step));
    case 'prefix':
      return either(keys(range(-Infinity, expression.length)), diagonals(range(-Infinity, 1)));
    case 'documents':
      return { kind: 'documents', index: documentIndex(expression.ids, context) };
    case 'verticalSlash':
      return { kind: 'and', nodes: [diagonals(range(-Infinity, 1)), lines(expression, context.keyLength)] };
    case 'blocks':
      return { kind: 'blocks', pattern: expression.pattern };
    case 'bigbird':
    case 'preset':
      return lower(resolveTerm(expression, context), context);
    case 'and':
    case 'or':
      return { kind: expression.kind, nodes: expression.terms.map((term) => lower(term, context)) };
    case 'not':
      return { kind: 'not', node: lower(expression.term, context) };
  }
}

function lines(term: Extract<MaskExpression, { kind: 'verticalSlash' }>, keyLength: number): Node {
  const { columns, distances, block } = term;
  if (block !== undefined) {
    return { kind: 'blocks', pattern: verticalSlashPattern(columns, distances, block, keyLength) };
  }
  const ascending = Int32Array.from(distances, (distance) => -distance).reverse();
  return either(keys(fromSorted(columns)), diagonals(fromSorted(ascending)));
}

function diagonals(set: IntegerSet): Node {
  return { kind: 'set', axis: 'diagonal', set };
}

function keys(set: IntegerSet): Node {
  return { kind: 'set', axis: 'key', set };
}

function queries(set: IntegerSet): Node {
  return { kind: 'set', axis: 'query', set };
}

function either(...nodes: Node[]): Node {
  return { kind: 'or', nodes };
}

/**
 * The diagonals 0, -step, -2 step, ... above -span. No query is further from a key than the keys are many, so that a span
 * which is cut down to their number takes no more memory than they do.
 */
function tapSet(span: number, step: number): IntegerSet {
  if (step === 1) return range(1 - span, 1);
  const count = Math.ceil(span / step);
  return fromSorted(Array.from({ length: count }, (_, n) => (n + 1 - count) * step));
}

function documentIndex(ids: Int32Array, context: LowerContext): DocumentIndex {
  if (ids.length !== context.keyLength) {
    throw new InvalidArgumentError('document', `one id for each of the ${context.keyLength} keys`, ids);
  }
  const known = context.documents.get(ids);
  if (known) return known;
  for (const [other, index] of context.documents) {
    if (other.every((id, t) => id === ids[t])) return index;
  }
  const index = indexDocuments(ids);
  context.documents.set(ids, index);
  return index;
}
