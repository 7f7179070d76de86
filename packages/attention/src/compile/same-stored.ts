import type { StoredPattern } from '@sparsek/types';
import { clauseKey } from './box.js';

/** Whether two stored patterns of one geometry hold the same arrays. */
export function sameStored(a: StoredPattern, b: StoredPattern): boolean {
  return (
    equal(a.indices, b.indices) &&
    equal(a.indptr, b.indptr) &&
    equal(a.fill, b.fill) &&
    equal(a.bitmaps, b.bitmaps) &&
    clauseKey(a.clauses ?? []) === clauseKey(b.clauses ?? [])
  );
}

function equal<A extends Int32Array | Uint32Array>(a: A | undefined, b: A | undefined): boolean {
  if (!a || !b) return a === b;
  if (a.length !== b.length) return false;
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) return false;
  return true;
}
