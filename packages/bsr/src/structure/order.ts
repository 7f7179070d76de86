import type { BsrPattern, Dtype, Values } from '@sparsek/types';
import { allocateInt32, allocateValues } from '../values/allocate.js';
import { copyRun } from './copy.js';
import { blockExtent } from './extent.js';

/** A pattern and where its blocks came from: block p was block `order[p]`. */
export interface OrderedPattern {
  readonly pattern: BsrPattern;
  readonly order: Int32Array;
}

/** The structure of the transpose; a stable counting sort by block column. Block columns may stand in any order. */
export function transposed(pattern: BsrPattern): OrderedPattern {
  const { blockRows, blockColumns, blocks } = blockExtent(pattern);
  const indptr = allocateInt32(blockColumns + 1);
  for (let p = 0; p < blocks; p++) indptr[pattern.indices[p]! + 1]!++;
  for (let c = 0; c < blockColumns; c++) indptr[c + 1]! += indptr[c]!;
  const next = indptr.slice(0, -1);
  const indices = allocateInt32(blocks);
  const order = allocateInt32(blocks);
  for (let r = 0; r < blockRows; r++) {
    for (let p = pattern.indptr[r]!; p < pattern.indptr[r + 1]!; p++) {
      const target = next[pattern.indices[p]!]!++;
      indices[target] = r;
      order[target] = p;
    }
  }
  const [rows, columns] = pattern.shape;
  const [height, width] = pattern.blockShape;
  return { pattern: { shape: [columns, rows], blockShape: [width, height], indptr, indices }, order };
}

/** Values with block p taken from block `order[p]`. */
export function gatherBlocks<D extends Dtype>(
  dtype: D,
  values: Values<D>,
  area: number,
  order: Int32Array,
): Values<D> {
  const gathered = allocateValues(dtype, order.length * area);
  for (let p = 0; p < order.length; p++) copyRun(gathered, p * area, values, order[p]! * area, area);
  return gathered;
}
