import type { MaskDocuments } from '@sparsek/types';
import { appendRun, EMPTY, type IntegerSet } from './integer-set.js';

/** Where the documents of a packed sequence stand. */
export interface DocumentIndex {
  readonly ids: Int32Array;
  /** Runs of tokens by document id (ids are 0, 1, 2, ...). */
  readonly runs: readonly IntegerSet[];
  /** Absent when some document stands in several runs. */
  readonly contiguous?: MaskDocuments;
}

export function indexDocuments(ids: Int32Array): DocumentIndex {
  const runs: number[][] = [];
  for (let t = 0; t < ids.length; t++) {
    const id = ids[t]!;
    while (runs.length <= id) runs.push([]);
    appendRun(runs[id]!, t, t + 1);
  }
  if (runs.some((document) => document.length > 2)) return { ids, runs };
  const start = new Int32Array(ids.length);
  const end = new Int32Array(ids.length);
  for (const [begin, stop] of runs) {
    if (begin === undefined || stop === undefined) continue;
    start.fill(begin, begin, stop);
    end.fill(stop, begin, stop);
  }
  return { ids, runs, contiguous: { start, end } };
}

/** The keys that the query at absolute position i sees. */
export function documentKeys(index: DocumentIndex, i: number): IntegerSet {
  return i >= 0 && i < index.ids.length ? index.runs[index.ids[i]!]! : EMPTY;
}
