import { type BsrMatrix, type BsrPattern, InvalidMatrixError } from '@sparsek/types';
import { blockExtent } from '../structure/extent.js';
import {
  checkBlockShape,
  checkDtype,
  checkLength,
  checkObject,
  checkShape,
  checkValuesType,
} from './arguments.js';
import { checkCompressed } from './compressed.js';

/**
 * Checks the structure of a block-sparse matrix: extents, array types, lengths, a monotone `indptr`, and block columns
 * in range and strictly increasing within each block row. Time is linear in block rows and stored blocks.
 *
 * @throws InvalidArgumentError for an argument of the wrong type or range.
 * @throws InvalidMatrixError where the arrays contradict each other; it names row and position.
 */
export function checkPattern(pattern: BsrPattern, name = 'pattern'): void {
  checkStructure(pattern, name, true);
}

/** {@link checkPattern} that lets block columns stand in any order, and repeat, when `sorted` is false. */
export function checkStructure(pattern: BsrPattern, name: string, sorted: boolean): void {
  checkObject(pattern, name, 'a block-sparse structure { shape, blockShape, indptr, indices }');
  checkShape(pattern.shape, `${name}.shape`);
  checkBlockShape(pattern.blockShape, `${name}.blockShape`);
  const [rows, columns] = pattern.shape;
  const [height, width] = pattern.blockShape;
  const names = { matrix: name, row: 'block row', column: 'block column' };
  checkCompressed(
    pattern.indptr,
    pattern.indices,
    Math.ceil(rows / height),
    Math.ceil(columns / width),
    sorted,
    names,
  );
}

/**
 * {@link checkPattern}, and that dtype, type and length of `values` fit. Values themselves are not read, so the padding
 * of edge blocks is not checked here: see {@link checkPadding}.
 */
export function checkBsr(matrix: BsrMatrix, name = 'matrix'): void {
  checkPattern(matrix, name);
  checkBsrValues(matrix, name);
}

export function checkBsrValues(matrix: BsrMatrix, name: string): void {
  checkDtype(matrix.dtype, `${name}.dtype`);
  checkValuesType(matrix.values, matrix.dtype, `${name}.values`);
  const { blocks, area } = blockExtent(matrix);
  checkLength(
    matrix.values,
    blocks * area,
    `${name}.values`,
    `${blocks} blocks of ${matrix.blockShape[0]} x ${matrix.blockShape[1]}`,
  );
}

/**
 * Checks that the part of edge blocks that lies outside the shape is zero, as kernels rely on. Time is linear in the
 * blocks of the last block row and last block column.
 *
 * @throws InvalidMatrixError that names block row and position in `values`.
 */
export function checkPadding(matrix: BsrMatrix, name = 'matrix'): void {
  const [rows, columns] = matrix.shape;
  const [height, width] = matrix.blockShape;
  const { blockRows, blockColumns, area } = blockExtent(matrix);
  const raggedRows = rows % height !== 0;
  const raggedColumns = columns % width !== 0;
  if (!raggedRows && !raggedColumns) return;
  for (let r = 0; r < blockRows; r++) {
    const visibleRows = Math.min(height, rows - r * height);
    for (let p = matrix.indptr[r]!; p < matrix.indptr[r + 1]!; p++) {
      const lastColumn = raggedColumns && matrix.indices[p] === blockColumns - 1;
      if (visibleRows === height && !lastColumn) continue;
      const visibleColumns = Math.min(width, columns - matrix.indices[p]! * width);
      for (let i = 0; i < area; i++) {
        if (Math.floor(i / width) < visibleRows && i % width < visibleColumns) continue;
        const position = p * area + i;
        if (!isZero(matrix, position)) {
          throw new InvalidMatrixError(
            `Expected 0 for ${name}.values[${position}], outside the shape in an edge block of block row ${r}, but ` +
              `received ${matrix.dtype === 'f32' ? matrix.values[position] : `the word ${matrix.values[position]}`}`,
            { row: r, position },
          );
        }
      }
    }
  }
}

function isZero(matrix: BsrMatrix, position: number): boolean {
  const value = matrix.values[position]!;
  return matrix.dtype === 'f32' ? value === 0 : (value & 0x7fff) === 0;
}
