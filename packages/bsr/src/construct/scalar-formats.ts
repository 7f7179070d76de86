import {
  type Dtype,
  InvalidArgumentError,
  InvalidMatrixError,
  type Shape,
  type Values,
} from '@sparsek/types';
import {
  checkDtype,
  checkInt32,
  checkLength,
  checkObject,
  checkShape,
  checkValuesType,
} from '../check/arguments.js';
import { checkCompressed } from '../check/compressed.js';

/** Compressed sparse rows, as `scipy.sparse.csr_array`. Columns of a row may stand in any order and repeat. */
export interface CsrMatrix<D extends Dtype = Dtype> {
  readonly shape: Shape;
  readonly dtype: D;
  /** Length rows + 1. */
  readonly indptr: Int32Array;
  /** Column of every entry. */
  readonly indices: Int32Array;
  readonly values: Values<D>;
}

/** Compressed sparse columns, as `scipy.sparse.csc_array`. Rows of a column may stand in any order and repeat. */
export interface CscMatrix<D extends Dtype = Dtype> {
  readonly shape: Shape;
  readonly dtype: D;
  /** Length columns + 1. */
  readonly indptr: Int32Array;
  /** Row of every entry. */
  readonly indices: Int32Array;
  readonly values: Values<D>;
}

/** Coordinates in any order, as `scipy.sparse.coo_array`. */
export interface CooMatrix<D extends Dtype = Dtype> {
  readonly shape: Shape;
  readonly dtype: D;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly values: Values<D>;
}

/** What to do with two entries at one place: add them (as SciPy does) or throw. */
export type DuplicateRule = 'sum' | 'error';

export function checkDuplicateRule(rule: unknown): asserts rule is DuplicateRule {
  if (rule !== 'sum' && rule !== 'error')
    throw new InvalidArgumentError('duplicates', "'sum' or 'error'", rule);
}

/** Checks a CSR matrix in linear time; throws as `checkBsr` does. */
export function checkCsr(matrix: CsrMatrix, name = 'matrix'): void {
  checkCommon(matrix, name, 'a CSR matrix { shape, dtype, indptr, indices, values }');
  const [rows, columns] = matrix.shape;
  const names = { matrix: name, row: 'row', column: 'column' };
  checkCompressed(matrix.indptr, matrix.indices, rows, columns, false, names);
  checkLength(matrix.values, matrix.indices.length, `${name}.values`, 'as many as indices');
}

/** Checks a CSC matrix in linear time; throws as `checkBsr` does. */
export function checkCsc(matrix: CscMatrix, name = 'matrix'): void {
  checkCommon(matrix, name, 'a CSC matrix { shape, dtype, indptr, indices, values }');
  const [rows, columns] = matrix.shape;
  const names = { matrix: name, row: 'column', column: 'row' };
  checkCompressed(matrix.indptr, matrix.indices, columns, rows, false, names);
  checkLength(matrix.values, matrix.indices.length, `${name}.values`, 'as many as indices');
}

/** Checks a COO matrix in linear time; throws as `checkBsr` does. */
export function checkCoo(matrix: CooMatrix, name = 'matrix'): void {
  checkCommon(matrix, name, 'a COO matrix { shape, dtype, rows, columns, values }');
  checkInt32(matrix.rows, `${name}.rows`);
  checkInt32(matrix.columns, `${name}.columns`);
  checkLength(matrix.columns, matrix.rows.length, `${name}.columns`, 'as many as rows');
  checkLength(matrix.values, matrix.rows.length, `${name}.values`, 'as many as rows');
  checkRange(matrix.rows, matrix.shape[0], `${name}.rows`, 'row');
  checkRange(matrix.columns, matrix.shape[1], `${name}.columns`, 'column');
}

function checkCommon(matrix: CsrMatrix | CscMatrix | CooMatrix, name: string, expected: string): void {
  checkObject(matrix, name, expected);
  checkShape(matrix.shape, `${name}.shape`);
  checkDtype(matrix.dtype, `${name}.dtype`);
  checkValuesType(matrix.values, matrix.dtype, `${name}.values`);
}

function checkRange(indices: Int32Array, extent: number, name: string, what: string): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (index < 0 || index >= extent) {
      throw new InvalidMatrixError(
        `Expected a ${what} from 0 to ${extent - 1} for ${name}[${i}] but received ${index}`,
        { position: i },
      );
    }
  }
}
