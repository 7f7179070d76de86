import { complement, intersection, union } from './integer-set.js';
import { ALL_KEYS, type BoundsOf, type KeyBounds, leafBounds, NO_KEYS } from './leaf-keys.js';
import type { Leaf, Node } from './node.js';

/** Key bounds of a whole expression over the queries of one block row. */
export interface RowBounds {
  /** `some` is a superset of the keys that some query sees, `every` a subset of those that all see. */
  readonly total: KeyBounds;
  /** Exact bounds of each leaf. */
  readonly leaves: ReadonlyMap<Leaf, KeyBounds>;
}

/** A function from a range of absolute query positions to the bounds of `node` and its leaves. */
export function rowBoundsOf(node: Node, keyLength: number): (begin: number, end: number) => RowBounds {
  const evaluators = new Map<Leaf, BoundsOf>();
  collectLeaves(node, (leaf) => {
    if (!evaluators.has(leaf)) evaluators.set(leaf, leafBounds(leaf, keyLength));
  });
  return (begin, end) => {
    const leaves = new Map<Leaf, KeyBounds>();
    for (const [leaf, boundsOf] of evaluators) leaves.set(leaf, boundsOf(begin, end));
    return { total: combine(node, leaves), leaves };
  };
}

export function collectLeaves(node: Node, visit: (leaf: Leaf) => void): void {
  if (node.kind === 'not') collectLeaves(node.node, visit);
  else if (node.kind === 'and' || node.kind === 'or')
    for (const child of node.nodes) collectLeaves(child, visit);
  else visit(node);
}

function combine(node: Node, leaves: ReadonlyMap<Leaf, KeyBounds>): KeyBounds {
  if (node.kind === 'not') {
    const { some, every } = combine(node.node, leaves);
    return { some: complement(every), every: complement(some) };
  }
  if (node.kind !== 'and' && node.kind !== 'or') return leaves.get(node)!;
  const join = node.kind === 'and' ? intersection : union;
  let result = node.kind === 'and' ? ALL_KEYS : NO_KEYS;
  for (const child of node.nodes) {
    const { some, every } = combine(child, leaves);
    result = { some: join(result.some, some), every: join(result.every, every) };
  }
  return result;
}
