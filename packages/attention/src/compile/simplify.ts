import type { Box, Interval } from './box.js';

const AXES = ['diagonal', 'rows', 'columns'] as const;

/** Drops boxes inside others and joins boxes that differ on one axis only and touch there. */
export function simplifyBoxes(boxes: readonly Box[], everyRowHasDocument: boolean): Box[] {
  const list = [...boxes];
  for (let changed = true; changed; ) {
    changed = joinAnyPair(list) || (everyRowHasDocument && joinDocuments(list));
  }
  return list.sort(compareBoxes);
}

function joinAnyPair(list: Box[]): boolean {
  for (let a = 0; a < list.length; a++) {
    for (let b = a + 1; b < list.length; b++) {
      const joined = join(list[a]!, list[b]!);
      if (joined) {
        list[a] = joined;
        list.splice(b, 1);
        return true;
      }
    }
  }
  return false;
}

/** One box with exactly the pairs of both, where there is one. */
function join(a: Box, b: Box): Box | undefined {
  if (within(a, b)) return b;
  if (within(b, a)) return a;
  if (a.document !== b.document) return undefined;
  const different = AXES.filter((axis) => !same(a[axis], b[axis]));
  const axis = different[0];
  if (different.length !== 1 || axis === undefined) return undefined;
  const begin = Math.max(a[axis][0], b[axis][0]);
  const end = Math.min(a[axis][1], b[axis][1]);
  if (begin > end) return undefined;
  return { ...a, [axis]: [Math.min(a[axis][0], b[axis][0]), Math.max(a[axis][1], b[axis][1])] };
}

/** Before, same and after together are everything for a row that is in a document. */
function joinDocuments(list: Box[]): boolean {
  for (const box of list) {
    if (box.document === 'any') continue;
    const alike = list.filter(
      (other) => other.document !== 'any' && AXES.every((axis) => same(box[axis], other[axis])),
    );
    if (alike.length < 3) continue;
    for (const other of alike) list.splice(list.indexOf(other), 1);
    list.push({ ...box, document: 'any' });
    return true;
  }
  return false;
}

function within(a: Box, b: Box): boolean {
  return (
    (b.document === 'any' || a.document === b.document) &&
    AXES.every((axis) => b[axis][0] <= a[axis][0] && a[axis][1] <= b[axis][1])
  );
}

function same(a: Interval, b: Interval): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/** Any fixed order, so that equal masks get equal clause lists. */
function compareBoxes(a: Box, b: Box): number {
  for (const axis of AXES) {
    for (const side of [0, 1] as const) {
      if (a[axis][side] !== b[axis][side]) return a[axis][side] < b[axis][side] ? -1 : 1;
    }
  }
  return a.document < b.document ? -1 : Number(a.document > b.document);
}
