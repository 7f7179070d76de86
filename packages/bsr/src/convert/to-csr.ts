import { type BsrMatrix, type Dtype, InvalidMatrixError } from '@sparsek/types';
import { INT32_MAX } from '../check/arguments.js';
import { checkBsr } from '../check/bsr.js';
import { expandPointers } from '../construct/csr.js';
import type { CooMatrix, CsrMatrix } from '../construct/scalar-formats.js';
import { allocateInt32, allocateValues } from '../values/allocate.js';
import { bitView } from '../values/nonzero.js';

export interface ToScalarOptions {
  /** Keep every element of a stored block that lies inside the shape, also zeros. Default false. */
  readonly keepZeros?: boolean;
}

/**
 * The elements of a block-sparse matrix as compressed sparse rows, columns strictly increasing. Zeros (also -0) inside
 * blocks are left out unless `keepZeros`; NaN is not zero. Time is linear in the stored values.
 *
 * @throws InvalidMatrixError when more than 2^31 - 1 entries would come out.
 */
export function bsrToCsr<D extends Dtype>(matrix: BsrMatrix<D>, options: ToScalarOptions = {}): CsrMatrix<D> {
  checkBsr(matrix, 'matrix');
  const mask = options.keepZeros === true ? 0 : bitView(matrix.values, matrix.dtype).mask;
  const { bits } = bitView(matrix.values, matrix.dtype);
  const [rows, columns] = matrix.shape;
  const [height, width] = matrix.blockShape;
  const area = height * width;
  if (rows >= INT32_MAX) {
    throw new InvalidMatrixError(`Expected fewer than 2^31 - 1 rows for matrix.shape but received ${rows}`);
  }
  const indptr = allocateInt32(rows + 1);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const r = Math.floor(row / height);
    const rowOffset = (row - r * height) * width;
    for (let p = matrix.indptr[r]!; p < matrix.indptr[r + 1]!; p++) {
      const begin = p * area + rowOffset;
      const length = Math.min(width, columns - matrix.indices[p]! * width);
      if (mask === 0) count += length;
      else for (let i = begin; i < begin + length; i++) if ((bits[i]! & mask) !== 0) count++;
    }
    if (count > INT32_MAX) {
      throw new InvalidMatrixError(
        `Expected fewer than 2^31 entries for a CSR matrix but received more by row ${row}`,
      );
    }
    indptr[row + 1] = count;
  }
  const indices = allocateInt32(count);
  const values = allocateValues(matrix.dtype, count);
  let entry = 0;
  for (let row = 0; row < rows; row++) {
    const r = Math.floor(row / height);
    const rowOffset = (row - r * height) * width;
    for (let p = matrix.indptr[r]!; p < matrix.indptr[r + 1]!; p++) {
      const begin = p * area + rowOffset;
      const column = matrix.indices[p]! * width;
      const length = Math.min(width, columns - column);
      for (let i = 0; i < length; i++) {
        if (mask !== 0 && (bits[begin + i]! & mask) === 0) continue;
        indices[entry] = column + i;
        values[entry++] = matrix.values[begin + i]!;
      }
    }
  }
  return { shape: matrix.shape, dtype: matrix.dtype, indptr, indices, values };
}

/** The elements of a block-sparse matrix as coordinates, by row and then column. See {@link bsrToCsr}. */
export function bsrToCoo<D extends Dtype>(matrix: BsrMatrix<D>, options: ToScalarOptions = {}): CooMatrix<D> {
  const { shape, dtype, indptr, indices, values } = bsrToCsr(matrix, options);
  return { shape, dtype, rows: expandPointers(indptr, indices.length), columns: indices, values };
}
