/**
 * A set of integers as the flat, increasing list `[begin, end, begin, end, ...]` of its half-open runs, which neither
 * overlap nor touch. The first begin may be -Infinity and the last end Infinity.
 */
export type IntegerSet = readonly number[];

export const EMPTY: IntegerSet = [];
export const EVERYTHING: IntegerSet = [-Infinity, Infinity];

export function range(begin: number, end: number): IntegerSet {
  return begin < end ? [begin, end] : EMPTY;
}

/** The runs of an increasing list of integers. */
export function fromSorted(values: ArrayLike<number>): IntegerSet {
  const runs: number[] = [];
  for (let n = 0; n < values.length; n++) appendRun(runs, values[n]!, values[n]! + 1);
  return runs;
}

/** Adds a run whose begin is not below the last run's begin. */
export function appendRun(runs: number[], begin: number, end: number): void {
  const last = runs.length - 1;
  if (last >= 0 && begin <= runs[last]!) {
    if (end > runs[last]!) runs[last] = end;
  } else {
    runs.push(begin, end);
  }
}

export function union(a: IntegerSet, b: IntegerSet): IntegerSet {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const runs: number[] = [];
  let p = 0;
  let q = 0;
  while (p < a.length || q < b.length) {
    if (q >= b.length || (p < a.length && a[p]! <= b[q]!)) {
      appendRun(runs, a[p]!, a[p + 1]!);
      p += 2;
    } else {
      appendRun(runs, b[q]!, b[q + 1]!);
      q += 2;
    }
  }
  return runs;
}

export function intersection(a: IntegerSet, b: IntegerSet): IntegerSet {
  const runs: number[] = [];
  let p = 0;
  let q = 0;
  while (p < a.length && q < b.length) {
    const begin = Math.max(a[p]!, b[q]!);
    const end = Math.min(a[p + 1]!, b[q + 1]!);
    if (begin < end) runs.push(begin, end);
    if (a[p + 1]! < b[q + 1]!) p += 2;
    else q += 2;
  }
  return runs;
}

export function complement(set: IntegerSet): IntegerSet {
  const runs: number[] = [];
  let begin = -Infinity;
  for (let p = 0; p < set.length; p += 2) {
    if (begin < set[p]!) runs.push(begin, set[p]!);
    begin = set[p + 1]!;
  }
  if (begin < Infinity) runs.push(begin, Infinity);
  return runs;
}

/** The part of `set + offset` within [low, high), in time proportional to that part. */
export function shiftedClip(set: IntegerSet, offset: number, low: number, high: number): IntegerSet {
  const runs: number[] = [];
  for (let p = firstRunEndingAfter(set, low - offset); p < set.length; p += 2) {
    const begin = Math.max(set[p]! + offset, low);
    const end = Math.min(set[p + 1]! + offset, high);
    if (begin >= end) break;
    runs.push(begin, end);
  }
  return runs;
}

/** Position of the first run that holds `value` or stands above it; `set.length` when there is none. */
export function firstRunEndingAfter(set: IntegerSet, value: number): number {
  let low = 0;
  let high = set.length >> 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (set[2 * middle + 1]! > value) high = middle;
    else low = middle + 1;
  }
  return 2 * low;
}

export function contains(set: IntegerSet, begin: number, end: number): boolean {
  const p = firstRunEndingAfter(set, begin);
  return p < set.length && set[p]! <= begin && end <= set[p + 1]!;
}

export function intersects(set: IntegerSet, begin: number, end: number): boolean {
  const p = firstRunEndingAfter(set, begin);
  return p < set.length && set[p]! < end;
}

/** { s + t : s in set, 0 <= t < length }: where a set moves to when its origin slides over `length` places. */
export function spread(set: IntegerSet, length: number): IntegerSet {
  const runs: number[] = [];
  for (let p = 0; p < set.length; p += 2) appendRun(runs, set[p]!, set[p + 1]! + length - 1);
  return runs;
}

/** { x : x - t in set for all 0 <= t < length }: what stays covered while the set's origin slides. */
export function common(set: IntegerSet, length: number): IntegerSet {
  const runs: number[] = [];
  for (let p = 0; p < set.length; p += 2) {
    const begin = set[p]! + length - 1;
    if (begin < set[p + 1]!) runs.push(begin, set[p + 1]!);
  }
  return runs;
}
