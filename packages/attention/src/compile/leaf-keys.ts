import type { BsrPattern } from '@sparsek/types';
import { documentKeys } from './document-index.js';
import {
  appendRun,
  common,
  EMPTY,
  EVERYTHING,
  type IntegerSet,
  intersection,
  shiftedClip,
  spread,
  union,
} from './integer-set.js';
import type { DocumentLeaf, Leaf, SetLeaf } from './node.js';

/** The keys that some, and those that all, queries of a range see. */
export interface KeyBounds {
  readonly some: IntegerSet;
  readonly every: IntegerSet;
}

export type BoundsOf = (begin: number, end: number) => KeyBounds;

/**
 * For one leaf: a function from a non-empty range of absolute query positions to the keys below `keyLength` that they
 * see. It keeps what it learns about equal ranges, so make one a compilation.
 */
export function leafBounds(leaf: Leaf, keyLength: number): BoundsOf {
  switch (leaf.kind) {
    case 'set':
      return setBounds(leaf, keyLength);
    case 'documents':
      return documentBounds(leaf, keyLength);
    case 'blocks':
      return patternBounds(leaf.pattern, keyLength);
  }
}

function setBounds({ axis, set }: SetLeaf, keyLength: number): BoundsOf {
  if (axis === 'key') {
    const bounds = constant(shiftedClip(set, 0, 0, keyLength));
    return () => bounds;
  }
  if (axis === 'query') {
    return (begin, end) => ({
      some: shiftedClip(set, 0, begin, end).length > 0 ? [0, keyLength] : EMPTY,
      every: shiftedClip(common(set, end - begin), 0, end - 1, end).length > 0 ? [0, keyLength] : EMPTY,
    });
  }
  let length = -1;
  let some: IntegerSet = EMPTY;
  let every: IntegerSet = EMPTY;
  return (begin, end) => {
    if (end - begin !== length) {
      length = end - begin;
      some = spread(set, length);
      every = common(set, length);
    }
    return { some: shiftedClip(some, begin, 0, keyLength), every: shiftedClip(every, begin, 0, keyLength) };
  };
}

function documentBounds({ index }: DocumentLeaf, keyLength: number): BoundsOf {
  return (begin, end) => {
    const first = documentKeys(index, begin);
    let some = first;
    let every = first;
    for (let i = begin + 1; i < end; i++) {
      const keys = documentKeys(index, i);
      if (keys === first && every === first) continue;
      some = union(some, keys);
      every = intersection(every, keys);
    }
    return { some: shiftedClip(some, 0, 0, keyLength), every: shiftedClip(every, 0, 0, keyLength) };
  };
}

function patternBounds(pattern: BsrPattern, keyLength: number): BoundsOf {
  const offset = pattern.shape[0] - pattern.shape[1];
  const [height] = pattern.blockShape;
  const bound = Math.min(keyLength, pattern.shape[1]);
  return (begin, end) => {
    const from = begin + offset;
    const to = Math.min(end + offset, pattern.shape[0]);
    if (to <= 0 || from >= to) return { some: EMPTY, every: EMPTY };
    const firstRow = Math.floor(Math.max(from, 0) / height);
    let some = patternRow(pattern, firstRow, bound);
    let every = from < 0 || end + offset > to ? EMPTY : some;
    for (let r = firstRow + 1; r * height < to; r++) {
      const keys = patternRow(pattern, r, bound);
      some = union(some, keys);
      every = intersection(every, keys);
    }
    return { some, every };
  };
}

/** The keys of one block row, below `bound`. */
function patternRow(pattern: BsrPattern, row: number, bound: number): IntegerSet {
  const width = pattern.blockShape[1];
  const runs: number[] = [];
  for (let p = pattern.indptr[row]!; p < pattern.indptr[row + 1]!; p++) {
    const begin = pattern.indices[p]! * width;
    if (begin >= bound) break;
    appendRun(runs, begin, Math.min(begin + width, bound));
  }
  return runs;
}

function constant(keys: IntegerSet): KeyBounds {
  return { some: keys, every: keys };
}

/** Bounds of everything and of nothing. */
export const ALL_KEYS: KeyBounds = constant(EVERYTHING);
export const NO_KEYS: KeyBounds = constant(EMPTY);
