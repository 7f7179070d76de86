import { type BsrMatrix, type Dtype, InvalidMatrixError } from '@sparsek/types';
import { checkBsrValues, checkStructure } from '../check/bsr.js';
import { checkDuplicateRule, type DuplicateRule } from '../construct/scalar-formats.js';
import { allocateInt32, allocateValues } from '../values/allocate.js';
import { arithmeticOf } from '../values/arithmetic.js';
import { anyNonzero, bitView } from '../values/nonzero.js';
import { copyRun } from './copy.js';
import { blockExtent } from './extent.js';
import { gatherBlocks, transposed } from './order.js';
import { clearPadding } from './padding.js';

export interface FromArraysOptions {
  /** Put the block columns of each row in order. Default false: then out-of-order columns throw. */
  readonly sort?: boolean;
  /** Blocks that stand at one place; `sum` needs `sort`. Default `error`. */
  readonly duplicates?: DuplicateRule;
}

/**
 * A block-sparse matrix from its arrays, checked. They are used without copies unless they need sorting or there
 * are edge blocks: what those hold outside the shape is zero in the (copied) values of the result.
 *
 * @throws InvalidArgumentError, InvalidMatrixError as `checkBsr` does.
 */
export function bsrFromArrays<D extends Dtype>(
  arrays: BsrMatrix<D>,
  options: FromArraysOptions = {},
): BsrMatrix<D> {
  const { sort = false, duplicates = 'error' } = options;
  checkDuplicateRule(duplicates);
  checkStructure(arrays, 'arrays', !sort);
  checkBsrValues(arrays, 'arrays');
  const { shape, blockShape, indptr, indices, dtype, values } = arrays;
  let matrix: BsrMatrix<D> = { shape, blockShape, indptr, indices, dtype, values };
  if (sort) {
    matrix = sorted(matrix);
    const { row, position } = firstDuplicate(matrix);
    if (position >= 0 && duplicates === 'error') {
      throw new InvalidMatrixError(
        `Expected one block a place for arrays but received block column ${matrix.indices[position]} twice in block ` +
          `row ${row}`,
        { row, position },
      );
    }
    if (position >= 0) matrix = merged(matrix);
  }
  if (shape[0] % blockShape[0] === 0 && shape[1] % blockShape[1] === 0) return matrix;
  const clean = { ...matrix, values: matrix.values.slice() as typeof matrix.values };
  clearPadding(clean);
  return clean;
}

/** The same matrix with ascending block columns in each row; equal ones keep their order. Linear time. */
export function sortIndices<D extends Dtype>(matrix: BsrMatrix<D>): BsrMatrix<D> {
  checkStructure(matrix, 'matrix', false);
  checkBsrValues(matrix, 'matrix');
  return sorted(matrix);
}

/**
 * The same matrix with ascending block columns and one block a place: blocks at one place are added, in storage order,
 * rounded to the dtype after every addition. Linear time.
 */
export function sumDuplicates<D extends Dtype>(matrix: BsrMatrix<D>): BsrMatrix<D> {
  const ordered = sortIndices(matrix);
  return firstDuplicate(ordered).position < 0 ? ordered : merged(ordered);
}

/** The same matrix without the blocks that hold only zeros (also -0). NaN is not zero. Linear time. */
export function dropZeroBlocks<D extends Dtype>(matrix: BsrMatrix<D>): BsrMatrix<D> {
  checkStructure(matrix, 'matrix', true);
  checkBsrValues(matrix, 'matrix');
  const { blockRows, blocks, area } = blockExtent(matrix);
  const view = bitView(matrix.values, matrix.dtype);
  const indptr = allocateInt32(blockRows + 1);
  const order = allocateInt32(blocks);
  let kept = 0;
  for (let r = 0; r < blockRows; r++) {
    for (let p = matrix.indptr[r]!; p < matrix.indptr[r + 1]!; p++) {
      if (anyNonzero(view, p * area, (p + 1) * area)) order[kept++] = p;
    }
    indptr[r + 1] = kept;
  }
  if (kept === blocks) return matrix;
  const keptOrder = order.subarray(0, kept);
  return {
    ...matrix,
    indptr,
    indices: keptOrder.map((p) => matrix.indices[p]!),
    values: gatherBlocks(matrix.dtype, matrix.values, area, keptOrder),
  };
}

/** Sorted by two stable counting sorts, first by block column, then by block row. */
function sorted<D extends Dtype>(matrix: BsrMatrix<D>): BsrMatrix<D> {
  if (isSorted(matrix)) return matrix;
  const byColumn = transposed(matrix);
  const byRow = transposed(byColumn.pattern);
  const order = byRow.order.map((p) => byColumn.order[p]!);
  const { area } = blockExtent(matrix);
  return {
    ...matrix,
    indices: byRow.pattern.indices,
    values: gatherBlocks(matrix.dtype, matrix.values, area, order),
  };
}

function isSorted(matrix: BsrMatrix): boolean {
  for (let r = 0; r + 1 < matrix.indptr.length; r++) {
    for (let p = matrix.indptr[r]! + 1; p < matrix.indptr[r + 1]!; p++) {
      if (matrix.indices[p]! < matrix.indices[p - 1]!) return false;
    }
  }
  return true;
}

/** Where a sorted matrix repeats a block column first; position -1 when it does not. */
function firstDuplicate(matrix: BsrMatrix): { readonly row: number; readonly position: number } {
  for (let row = 0; row + 1 < matrix.indptr.length; row++) {
    for (let position = matrix.indptr[row]! + 1; position < matrix.indptr[row + 1]!; position++) {
      if (matrix.indices[position] === matrix.indices[position - 1]) return { row, position };
    }
  }
  return { row: -1, position: -1 };
}

function merged<D extends Dtype>(matrix: BsrMatrix<D>): BsrMatrix<D> {
  const { blockRows, blocks, area } = blockExtent(matrix);
  const { add } = arithmeticOf(matrix.dtype);
  const indptr = allocateInt32(blockRows + 1);
  const indices = allocateInt32(blocks);
  const values = allocateValues(matrix.dtype, blocks * area);
  let count = 0;
  for (let r = 0; r < blockRows; r++) {
    const begin = count;
    for (let p = matrix.indptr[r]!; p < matrix.indptr[r + 1]!; p++) {
      if (count === begin || indices[count - 1] !== matrix.indices[p]) {
        indices[count] = matrix.indices[p]!;
        copyRun(values, count * area, matrix.values, p * area, area);
        count++;
        continue;
      }
      const target = (count - 1) * area;
      for (let i = 0; i < area; i++)
        values[target + i] = add(values[target + i]!, matrix.values[p * area + i]!);
    }
    indptr[r + 1] = count;
  }
  const used = values.slice(0, count * area) as typeof values;
  return { ...matrix, indptr, indices: indices.slice(0, count), values: used };
}
