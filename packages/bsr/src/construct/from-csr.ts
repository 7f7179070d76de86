import { type BlockShape, type BsrMatrix, type Dtype, InvalidMatrixError, type Values } from '@sparsek/types';
import { checkBlockShape } from '../check/arguments.js';
import { checkBlockCount, gridOf } from '../patterns/grid.js';
import { createInt32List } from '../structure/int32-list.js';
import { allocateInt32, allocateValues } from '../values/allocate.js';
import { arithmeticOf } from '../values/arithmetic.js';
import { csrFromCoo, csrFromCsc } from './csr.js';
import {
  type CooMatrix,
  type CscMatrix,
  type CsrMatrix,
  checkCsr,
  checkDuplicateRule,
  type DuplicateRule,
} from './scalar-formats.js';

export interface FromSparseOptions {
  /** Default `sum`: in storage order, rounded to the dtype after every addition. */
  readonly duplicates?: DuplicateRule;
}

/**
 * The blocks of a CSR matrix that hold an entry, zero or not. Time is linear in the entries, block rows, columns and
 * the values of the result; nothing dense is built.
 *
 * @throws InvalidMatrixError when the arrays contradict each other, or for a duplicate when `duplicates` is `error`.
 */
export function bsrFromCsr<D extends Dtype>(
  matrix: CsrMatrix<D>,
  blockShape: BlockShape,
  options: FromSparseOptions = {},
): BsrMatrix<D> {
  checkCsr(matrix, 'matrix');
  return blocksOfCsr(matrix, blockShape, options);
}

/** {@link bsrFromCsr} for compressed sparse columns. */
export function bsrFromCsc<D extends Dtype>(
  matrix: CscMatrix<D>,
  blockShape: BlockShape,
  options: FromSparseOptions = {},
): BsrMatrix<D> {
  return blocksOfCsr(csrFromCsc(matrix), blockShape, options);
}

/** {@link bsrFromCsr} for coordinates. */
export function bsrFromCoo<D extends Dtype>(
  matrix: CooMatrix<D>,
  blockShape: BlockShape,
  options: FromSparseOptions = {},
): BsrMatrix<D> {
  return blocksOfCsr(csrFromCoo(matrix), blockShape, options);
}

function blocksOfCsr<D extends Dtype>(
  matrix: CsrMatrix<D>,
  blockShape: BlockShape,
  options: FromSparseOptions,
): BsrMatrix<D> {
  const { duplicates = 'sum' } = options;
  checkDuplicateRule(duplicates);
  checkBlockShape(blockShape, 'blockShape');
  const { blockRows, blockColumns } = gridOf({ shape: matrix.shape, blockShape });
  const [height, width] = blockShape;
  const rows = matrix.shape[0];
  const indptr = allocateInt32(blockRows + 1);
  const found = createInt32List();
  /** Block row + 1 that met a block column last. */
  const met = allocateInt32(blockColumns);
  for (let r = 0; r < blockRows; r++) {
    const end = matrix.indptr[Math.min((r + 1) * height, rows)]!;
    for (let e = matrix.indptr[r * height]!; e < end; e++) {
      const column = (matrix.indices[e]! / width) | 0;
      if (met[column] === r + 1) continue;
      met[column] = r + 1;
      found.push(column);
    }
    checkBlockCount(found.length);
    found.sortFrom(indptr[r]!);
    indptr[r + 1] = found.length;
  }
  const indices = found.toArray();
  const values = scatter(matrix, blockShape, indptr, indices, duplicates);
  return { shape: matrix.shape, blockShape, indptr, indices, dtype: matrix.dtype, values };
}

function scatter<D extends Dtype>(
  matrix: CsrMatrix<D>,
  blockShape: BlockShape,
  indptr: Int32Array,
  indices: Int32Array,
  duplicates: DuplicateRule,
): Values<D> {
  const [height, width] = blockShape;
  const [rows, columns] = matrix.shape;
  const area = height * width;
  const values = allocateValues(matrix.dtype, indices.length * area);
  const { add } = arithmeticOf(matrix.dtype);
  const position = allocateInt32(Math.ceil(columns / width));
  /** Row + 1 that wrote a column last. A first entry is stored, not added to 0, so that -0 stays. */
  const written = allocateInt32(columns);
  for (let row = 0; row < rows; row++) {
    if (row % height === 0) {
      const r = row / height;
      for (let p = indptr[r]!; p < indptr[r + 1]!; p++) position[indices[p]!] = p;
    }
    const rowOffset = (row % height) * width;
    for (let e = matrix.indptr[row]!; e < matrix.indptr[row + 1]!; e++) {
      const column = matrix.indices[e]!;
      const blockColumn = (column / width) | 0;
      const target = position[blockColumn]! * area + rowOffset + column - blockColumn * width;
      if (written[column] !== row + 1) {
        written[column] = row + 1;
        values[target] = matrix.values[e]!;
        continue;
      }
      if (duplicates === 'error') {
        throw new InvalidMatrixError(
          `Expected one entry a place for matrix but received a second one in row ${row}, column ${column}`,
          { row, position: e },
        );
      }
      values[target] = add(values[target]!, matrix.values[e]!);
    }
  }
  return values;
}
