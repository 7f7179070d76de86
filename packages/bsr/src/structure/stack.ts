import { type BsrMatrix, type Dtype, InvalidArgumentError } from '@sparsek/types';
import { checkBsr } from '../check/bsr.js';
import { assemble, type Part } from './assemble.js';

/**
 * Matrices one under the other. Columns, block shape and dtype are alike; rows may be any number. Every block that
 * meets a stored one is stored.
 *
 * @throws InvalidArgumentError when there are none or they do not fit.
 */
export function vstack<D extends Dtype>(matrices: readonly BsrMatrix<D>[]): BsrMatrix<D> {
  return place(matrices, true, false);
}

/** Matrices side by side; see {@link vstack}. */
export function hstack<D extends Dtype>(matrices: readonly BsrMatrix<D>[]): BsrMatrix<D> {
  return place(matrices, false, true);
}

/** Matrices along the diagonal of one that is zero elsewhere; see {@link vstack}. */
export function blockDiagonal<D extends Dtype>(matrices: readonly BsrMatrix<D>[]): BsrMatrix<D> {
  return place(matrices, true, true);
}

function place<D extends Dtype>(
  matrices: readonly BsrMatrix<D>[],
  down: boolean,
  along: boolean,
): BsrMatrix<D> {
  const first = matrices[0];
  if (first === undefined) throw new InvalidArgumentError('matrices', 'one matrix or more', matrices);
  const parts: Part<D>[] = [];
  let rows = 0;
  let columns = 0;
  for (const [index, matrix] of matrices.entries()) {
    const name = `matrices[${index}]`;
    checkBsr(matrix, name);
    checkFits(matrix, first, name, down, along);
    parts.push({ matrix, row: down ? rows : 0, column: along ? columns : 0 });
    rows = down ? rows + matrix.shape[0] : matrix.shape[0];
    columns = along ? columns + matrix.shape[1] : matrix.shape[1];
  }
  return assemble(parts, [rows, columns], first.blockShape, first.dtype, true);
}

function checkFits(matrix: BsrMatrix, first: BsrMatrix, name: string, down: boolean, along: boolean): void {
  if (matrix.dtype !== first.dtype) {
    throw new InvalidArgumentError(`${name}.dtype`, `'${first.dtype}' as of the first`, matrix.dtype);
  }
  const [height, width] = first.blockShape;
  if (matrix.blockShape[0] !== height || matrix.blockShape[1] !== width) {
    const expected = `[${height}, ${width}] as of the first (see reblock)`;
    throw new InvalidArgumentError(`${name}.blockShape`, expected, matrix.blockShape);
  }
  if (!down && matrix.shape[0] !== first.shape[0]) {
    throw new InvalidArgumentError(
      `${name}.shape[0]`,
      `${first.shape[0]} rows as of the first`,
      matrix.shape[0],
    );
  }
  if (!along && matrix.shape[1] !== first.shape[1]) {
    throw new InvalidArgumentError(
      `${name}.shape[1]`,
      `${first.shape[1]} columns as of the first`,
      matrix.shape[1],
    );
  }
}
