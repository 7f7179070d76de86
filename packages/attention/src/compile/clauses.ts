import { type Box, intersectBoxes, normalizeBox, WHOLE } from './box.js';
import type { DocumentIndex } from './document-index.js';
import { firstPosition, type Geometry } from './geometry.js';
import { complement, type IntegerSet } from './integer-set.js';
import type { Leaf, Node } from './node.js';
import { simplifyBoxes } from './simplify.js';

/**
 * A regular pattern has at most this many clauses: each costs every backend an interval a row, and masks that need
 * more are cheaper as stored blocks.
 */
export const MAX_CLAUSES = 16;

/** Bound on the boxes during expansion, before simplification. */
const MAX_BOXES = 128;

/**
 * A node as a union of boxes (disjunctive normal form), or undefined when it has no such form or a long one.
 *
 * @param documents The one document array that clauses may name.
 * @param leafValue Overrides leaves that are known to be constant.
 */
export function toBoxes(
  node: Node,
  geometry: Geometry,
  documents: DocumentIndex | undefined,
  leafValue: (leaf: Leaf) => boolean | undefined = () => undefined,
): readonly Box[] | undefined {
  const tidy = (boxes: readonly Box[]) => simplifyBoxes(boxes, firstPosition(geometry) >= 0);

  const expand = (current: Node, positive: boolean): readonly Box[] | undefined => {
    if (current.kind === 'not') return expand(current.node, !positive);
    if (current.kind !== 'and' && current.kind !== 'or') {
      const value = leafValue(current);
      if (value !== undefined) return value === positive ? [WHOLE] : [];
      return leafBoxes(current, positive, geometry, documents);
    }
    const conjunction = (current.kind === 'and') === positive;
    let result: readonly Box[] | undefined = conjunction ? [WHOLE] : [];
    let unknown = false;
    for (const child of current.nodes) {
      const boxes = expand(child, positive);
      if (!boxes) {
        unknown = true;
        continue;
      }
      // A term that decides alone makes the others, even those without boxes, irrelevant.
      if (conjunction && boxes.length === 0) return [];
      if (!conjunction && boxes.some(isWhole)) return [WHOLE];
      if (!result) continue;
      const combined: readonly Box[] = conjunction ? product(result, boxes, geometry) : [...result, ...boxes];
      result = combined.length > MAX_BOXES ? undefined : tidy(combined);
    }
    return unknown ? undefined : result;
  };
  const boxes = expand(node, true)?.flatMap((box) => normalizeBox(box, geometry) ?? []);
  if (!boxes) return undefined;
  const simple = tidy(boxes);
  return simple.length <= MAX_CLAUSES ? simple : undefined;
}

function isWhole(box: Box): boolean {
  return (
    box.document === 'any' &&
    [box.diagonal, box.rows, box.columns].every(([begin, end]) => begin === -Infinity && end === Infinity)
  );
}

function product(left: readonly Box[], right: readonly Box[], geometry: Geometry): Box[] {
  return left.flatMap((a) => right.flatMap((b) => intersectBoxes(a, b, geometry) ?? []));
}

function leafBoxes(
  leaf: Leaf,
  positive: boolean,
  geometry: Geometry,
  documents: DocumentIndex | undefined,
): readonly Box[] | undefined {
  switch (leaf.kind) {
    case 'set':
      return setBoxes(leaf.axis, positive ? leaf.set : complement(leaf.set), geometry);
    case 'documents':
      if (leaf.index !== documents || !documents.contiguous) return undefined;
      return documentBoxes(positive, geometry);
    case 'blocks':
      return undefined;
  }
}

function setBoxes(
  axis: 'diagonal' | 'key' | 'query',
  set: IntegerSet,
  geometry: Geometry,
): readonly Box[] | undefined {
  if (set.length / 2 > MAX_BOXES) return undefined;
  const name = axis === 'key' ? 'columns' : axis === 'query' ? 'rows' : 'diagonal';
  const boxes: Box[] = [];
  for (let p = 0; p < set.length; p += 2) {
    const box = normalizeBox({ ...WHOLE, [name]: [set[p]!, set[p + 1]!] }, geometry);
    if (box) boxes.push(box);
  }
  return boxes;
}

function documentBoxes(positive: boolean, geometry: Geometry): readonly Box[] {
  if (positive) return [{ ...WHOLE, document: 'same' }];
  const outside: readonly Box[] = [
    { ...WHOLE, document: 'before' },
    { ...WHOLE, document: 'after' },
  ];
  // Queries before the first key are in no document, so every key is in another one.
  return firstPosition(geometry) < 0 ? [...outside, { ...WHOLE, rows: [-Infinity, 0] }] : outside;
}
