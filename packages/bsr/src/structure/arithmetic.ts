import { type BsrMatrix, type Dtype, InvalidArgumentError, type Values } from '@sparsek/types';
import { checkBsr } from '../check/bsr.js';
import { allocateInt32, allocateValues } from '../values/allocate.js';
import { arithmeticOf } from '../values/arithmetic.js';
import { convertValues } from '../values/convert.js';
import { copyRun } from './copy.js';
import { blockExtent } from './extent.js';
import { clearPadding } from './padding.js';

/** Which blocks a combination stores: those of either matrix, or those of both. */
export type CombinedStructure = 'union' | 'intersection';

/**
 * Combines two matrices of the same shape, block shape and dtype element by element; each result is rounded once to
 * the dtype. With `union`, a block that one matrix lacks counts as zeros. With `intersection` only blocks that both
 * store come out. Blocks that neither stores stay out, whatever `operation(0, 0)` is; padding
 * stays zero.
 * Linear in the stored values.
 *
 * @throws InvalidArgumentError when the matrices do not fit.
 */
export function elementwise<D extends Dtype>(
  a: BsrMatrix<D>,
  b: BsrMatrix<D>,
  operation: (a: number, b: number) => number,
  structure: CombinedStructure = 'union',
): BsrMatrix<D> {
  checkAlike(a, b);
  if (structure !== 'union' && structure !== 'intersection') {
    throw new InvalidArgumentError('structure', "'union' or 'intersection'", structure);
  }
  const { toNumber, fromNumber } = arithmeticOf(a.dtype);
  const { area } = blockExtent(a);
  const result = merge(a, b, structure, (values, to, p, q) => {
    for (let i = 0; i < area; i++) {
      const x = p < 0 ? 0 : toNumber(a.values[p * area + i]!);
      const y = q < 0 ? 0 : toNumber(b.values[q * area + i]!);
      values[to + i] = fromNumber(operation(x, y));
    }
  });
  // The operation may give something else than 0 for the zeros of the padding.
  clearPadding(result);
  return result;
}

/** a + b, with the blocks of either; a block that only one matrix stores is copied. Rounded once. */
export function add<D extends Dtype>(a: BsrMatrix<D>, b: BsrMatrix<D>): BsrMatrix<D> {
  checkAlike(a, b);
  const { add: sum } = arithmeticOf(a.dtype);
  const { area } = blockExtent(a);
  return merge(a, b, 'union', (values, to, p, q) => {
    if (q < 0) copyRun(values, to, a.values, p * area, area);
    else if (p < 0) copyRun(values, to, b.values, q * area, area);
    else
      for (let i = 0; i < area; i++) values[to + i] = sum(a.values[p * area + i]!, b.values[q * area + i]!);
  });
}

/**
 * The element-wise product, with the blocks that both store. A block that one lacks is zero in the result, whatever the
 * other holds there (also NaN and infinities).
 */
export function multiply<D extends Dtype>(a: BsrMatrix<D>, b: BsrMatrix<D>): BsrMatrix<D> {
  return elementwise(a, b, (x, y) => x * y, 'intersection');
}

/** factor * matrix, each element rounded once to the dtype; the structure is shared with the input. */
export function scale<D extends Dtype>(matrix: BsrMatrix<D>, factor: number): BsrMatrix<D> {
  checkBsr(matrix, 'matrix');
  if (typeof factor !== 'number') throw new InvalidArgumentError('factor', 'a number', factor);
  const { toNumber, fromNumber } = arithmeticOf(matrix.dtype);
  const values = allocateValues(matrix.dtype, matrix.values.length);
  for (let i = 0; i < values.length; i++) values[i] = fromNumber(toNumber(matrix.values[i]!) * factor);
  const result = { ...matrix, values };
  // 0 * Infinity is NaN, also in the padding.
  clearPadding(result);
  return result;
}

/** The same matrix in another dtype, rounded to nearest even; arrays that need no change are shared. */
export function convertDtype<D extends Dtype>(matrix: BsrMatrix, dtype: D): BsrMatrix<D> {
  checkBsr(matrix, 'matrix');
  return { ...matrix, dtype, values: convertValues(matrix.values, matrix.dtype, dtype) };
}

function checkAlike(a: BsrMatrix, b: BsrMatrix): void {
  checkBsr(a, 'a');
  checkBsr(b, 'b');
  for (const field of ['shape', 'blockShape'] as const) {
    if (a[field][0] !== b[field][0] || a[field][1] !== b[field][1]) {
      throw new InvalidArgumentError(`b.${field}`, `[${a[field].join(', ')}] as of a`, b[field]);
    }
  }
  if (a.dtype !== b.dtype) throw new InvalidArgumentError('b.dtype', `'${a.dtype}' as of a`, b.dtype);
}

/** Walks both rows side by side; `write` gets positions p in a and q in b, -1 where one has no block. */
function merge<D extends Dtype>(
  a: BsrMatrix<D>,
  b: BsrMatrix<D>,
  structure: CombinedStructure,
  write: (values: Values<D>, to: number, p: number, q: number) => void,
): BsrMatrix<D> {
  const { blockRows, area } = blockExtent(a);
  const union = structure === 'union';
  const most = union ? a.indices.length + b.indices.length : Math.min(a.indices.length, b.indices.length);
  const indptr = allocateInt32(blockRows + 1);
  const indices = allocateInt32(most);
  const fromA = allocateInt32(most);
  const fromB = allocateInt32(most);
  let count = 0;
  for (let r = 0; r < blockRows; r++) {
    let p = a.indptr[r]!;
    let q = b.indptr[r]!;
    const pEnd = a.indptr[r + 1]!;
    const qEnd = b.indptr[r + 1]!;
    while (p < pEnd || q < qEnd) {
      const left = p < pEnd ? a.indices[p]! : Infinity;
      const right = q < qEnd ? b.indices[q]! : Infinity;
      if (union || left === right) {
        indices[count] = Math.min(left, right);
        fromA[count] = left <= right ? p : -1;
        fromB[count] = right <= left ? q : -1;
        count++;
      }
      if (left <= right) p++;
      if (right <= left) q++;
    }
    indptr[r + 1] = count;
  }
  const values = allocateValues(a.dtype, count * area);
  for (let i = 0; i < count; i++) write(values, i * area, fromA[i]!, fromB[i]!);
  return {
    shape: a.shape,
    blockShape: a.blockShape,
    indptr,
    indices: indices.slice(0, count),
    dtype: a.dtype,
    values,
  };
}
