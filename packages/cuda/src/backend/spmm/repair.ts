import { toFloat32 } from '@sparsek/bsr';
import type { Activation, BsrPattern, Dtype, Values } from '@sparsek/types';
import { encodeNonFinite } from '../non-finite.js';
import type { StagedDense } from './stage-dense.js';

/**
 * Re-blocked kernels multiply zeros that the pattern does not store, which turns an infinity or NaN of the dense matrix
 * into NaN where nothing should be seen. So such elements are multiplied as zeros, and the results that do see one are
 * set here: they are infinite or NaN, whatever the finite rest sums up to.
 */
export interface Repair {
  /** P of X = P Y, in the blocks that the caller gave, and its values. */
  readonly pattern: BsrPattern;
  readonly values: Values;
  readonly dtype: Dtype;
  readonly staged: StagedDense;
  /** Columns of Y. */
  readonly denseExtent: number;
  /** Positions in Y's values of what is not finite. */
  readonly specials: readonly number[];
  readonly alpha: number;
  readonly beta: number;
  /** C, in the places of the output. */
  readonly c: Values | undefined;
  readonly bias: Float32Array | undefined;
  readonly activation: Activation;
  readonly outputDtype: Dtype;
  readonly output: Values;
  /** Position in the output of row i and column n of X. */
  readonly place: (i: number, n: number) => number;
}

export function repairNonFinite(repair: Repair): void {
  const { alpha, beta, c, bias, activation, outputDtype, output } = repair;
  for (const [place, { i, sum }] of contributions(repair)) {
    const added = c === undefined ? 0 : beta * numberAt(c, place, outputDtype);
    const x = alpha * sum + added + (bias?.[i] ?? 0);
    // ReLU, GELU and SiLU all go to 0 at minus infinity and follow x at infinity.
    const activated = activation !== 'none' && x === Number.NEGATIVE_INFINITY ? 0 : x;
    output[place] = encodeNonFinite(activated, outputDtype);
  }
}

/** What the elements add up to, by the place of the output that sees them. */
function contributions(repair: Repair): Map<number, { readonly i: number; sum: number }> {
  const { pattern, values, dtype, staged, specials } = repair;
  const [height, width] = pattern.blockShape;
  const sums = new Map<number, { readonly i: number; sum: number }>();
  const blocks = blocksByColumn(pattern);
  for (const position of specials) {
    const line = Math.floor(position / staged.leading);
    const offset = position % staged.leading;
    const k = staged.columnMajor ? offset : line;
    const n = staged.columnMajor ? line : offset;
    // Between two lines anything may lie.
    if (k >= pattern.shape[1] || n >= repair.denseExtent) continue;
    const value = numberAt(staged.values, position, dtype);
    for (const { row, block } of blocks.get(Math.floor(k / width)) ?? []) {
      for (let r = 0; r < height && row * height + r < pattern.shape[0]; r += 1) {
        const i = row * height + r;
        const place = repair.place(i, n);
        const known = sums.get(place) ?? { i, sum: 0 };
        known.sum += numberAt(values, (block * height + r) * width + (k % width), dtype) * value;
        sums.set(place, known);
      }
    }
  }
  return sums;
}

function blocksByColumn(pattern: BsrPattern): Map<number, { row: number; block: number }[]> {
  const blocks = new Map<number, { row: number; block: number }[]>();
  for (let row = 0; row + 1 < pattern.indptr.length; row += 1) {
    for (let block = pattern.indptr[row]!; block < pattern.indptr[row + 1]!; block += 1) {
      const column = pattern.indices[block]!;
      const list = blocks.get(column) ?? [];
      list.push({ row, block });
      blocks.set(column, list);
    }
  }
  return blocks;
}

function numberAt(values: Values, position: number, dtype: Dtype): number {
  return toFloat32(values.subarray(position, position + 1), dtype)[0]!;
}
