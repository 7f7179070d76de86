import { complement, intersection, union } from './integer-set.js';
import { ALL_KEYS, type KeyBounds, leafBounds, NO_KEYS } from './leaf-keys.js';
import type { Leaf, Node } from './node.js';

/** Key bounds of a whole expression over the queries of one block row. */
export interface RowBounds {
  /** `some` is a superset of the keys that some query sees, `every` a subset of those that all see. */
  readonly total: KeyBounds;
  /** Exact bounds of each leaf. */
  readonly leaves: ReadonlyMap<Leaf, KeyBounds>;
}

/** A function from a range of absolute query positions to the bounds of `node` and its leaves. */
export function rowBoundsOf(
  node: Node,
  leaves: readonly Leaf[],
  keyLength: number,
): (begin: number, end: number) => RowBounds {
  const evaluators = leaves.map((leaf) => [leaf, leafBounds(leaf, keyLength)] as const);
  return (begin, end) => {
    const bounds = new Map(evaluators.map(([leaf, boundsOf]) => [leaf, boundsOf(begin, end)]));
    return { total: combine(node, bounds), leaves: bounds };
  };
}

/** Every leaf of an expression once. */
export function leavesOf(node: Node): readonly Leaf[] {
  const leaves = new Set<Leaf>();
  const visit = (current: Node): void => {
    if (current.kind === 'not') visit(current.node);
    else if (current.kind === 'and' || current.kind === 'or') current.nodes.forEach(visit);
    else leaves.add(current);
  };
  visit(node);
  return [...leaves];
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
