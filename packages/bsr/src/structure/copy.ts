import type { Values } from '@sparsek/types';

/** From this many elements on, `set` on a view is faster than a loop (the view costs about 50 ns). */
const SHORTEST_SET = 96;

/** Copies `count` neighbours. */
export function copyRun(to: Values, toOffset: number, from: Values, fromOffset: number, count: number): void {
  if (count >= SHORTEST_SET) {
    to.set(from.subarray(fromOffset, fromOffset + count), toOffset);
    return;
  }
  for (let i = 0; i < count; i++) to[toOffset + i] = from[fromOffset + i]!;
}

/** Copies a rectangle; both sides hold the same kind of array, so that bits stay as they are. */
export function copyRectangle(
  to: Values,
  toOffset: number,
  toRowStride: number,
  toColumnStride: number,
  from: Values,
  fromOffset: number,
  fromRowStride: number,
  fromColumnStride: number,
  rows: number,
  columns: number,
): void {
  if (toColumnStride === 1 && fromColumnStride === 1) {
    if (columns === toRowStride && columns === fromRowStride) {
      copyRun(to, toOffset, from, fromOffset, rows * columns);
      return;
    }
    for (let r = 0; r < rows; r++) {
      copyRun(to, toOffset + r * toRowStride, from, fromOffset + r * fromRowStride, columns);
    }
    return;
  }
  for (let r = 0; r < rows; r++) {
    let target = toOffset + r * toRowStride;
    let source = fromOffset + r * fromRowStride;
    for (let c = 0; c < columns; c++) {
      to[target] = from[source]!;
      target += toColumnStride;
      source += fromColumnStride;
    }
  }
}
