import type { BlockShape, BsrMatrix, Dtype, Shape } from '@sparsek/types';
import { checkBlockCount, gridOf } from '../patterns/grid.js';
import { allocateInt32, allocateValues } from '../values/allocate.js';
import { anyNonzero, bitView } from '../values/nonzero.js';
import { copyRectangle } from './copy.js';
import { createInt32List } from './int32-list.js';

/** A matrix placed in a larger frame: its element (i, j) becomes element (i + row, j + column). */
export interface Part<D extends Dtype = Dtype> {
  readonly matrix: BsrMatrix<D>;
  /** May be negative: what falls outside the frame is cut off. */
  readonly row: number;
  readonly column: number;
}

/** A rectangle of one old block that lies within one new block. */
type PieceVisitor = (
  newColumn: number,
  from: number,
  fromStride: number,
  to: number,
  rows: number,
  columns: number,
) => void;

/**
 * The matrix of a shape and block shape that holds the parts, which do not overlap. A new block is stored when it holds
 * a nonzero, or, with `keepZeros`, when it meets any stored block. Linear in stored values; nothing dense is built.
 */
export function assemble<D extends Dtype>(
  parts: readonly Part<D>[],
  shape: Shape,
  blockShape: BlockShape,
  dtype: D,
  keepZeros: boolean,
): BsrMatrix<D> {
  const { blockRows, blockColumns } = gridOf({ shape, blockShape });
  const partsOfRow = assignParts(parts, shape, blockShape, blockRows);
  const views = parts.map(({ matrix }) => bitView(matrix.values, dtype));
  const area = blockShape[0] * blockShape[1];
  const indptr = allocateInt32(blockRows + 1);
  const found = createInt32List();
  /** Block row + 1 that met a block column last. */
  const met = allocateInt32(blockColumns);
  for (let r = 0; r < blockRows; r++) {
    for (const index of partsOfRow[r] ?? []) {
      const view = views[index]!;
      visitPieces(parts[index]!, r, shape, blockShape, (column, from, stride, _, rows, columns) => {
        if (met[column] === r + 1) return;
        let store = keepZeros;
        for (let i = 0; i < rows && !store; i++) {
          store = anyNonzero(view, from + i * stride, from + i * stride + columns);
        }
        if (!store) return;
        met[column] = r + 1;
        found.push(column);
      });
    }
    checkBlockCount(found.length);
    found.sortFrom(indptr[r]!);
    indptr[r + 1] = found.length;
  }

  const indices = found.toArray();
  const values = allocateValues(dtype, indices.length * area);
  const position = allocateInt32(blockColumns);
  met.fill(0);
  for (let r = 0; r < blockRows; r++) {
    for (let p = indptr[r]!; p < indptr[r + 1]!; p++) {
      position[indices[p]!] = p;
      met[indices[p]!] = r + 1;
    }
    for (const index of partsOfRow[r] ?? []) {
      const part = parts[index]!;
      visitPieces(part, r, shape, blockShape, (column, from, stride, to, rows, columns) => {
        if (met[column] !== r + 1) return;
        const target = position[column]! * area + to;
        copyRectangle(values, target, blockShape[1], 1, part.matrix.values, from, stride, 1, rows, columns);
      });
    }
  }
  return { shape, blockShape, indptr, indices, dtype, values };
}

/** For every new block row, the parts that reach it, in order. */
function assignParts(
  parts: readonly Part[],
  shape: Shape,
  blockShape: BlockShape,
  blockRows: number,
): number[][] {
  const partsOfRow: number[][] = Array.from({ length: blockRows });
  for (const [index, { matrix, row }] of parts.entries()) {
    const begin = Math.max(0, row);
    const end = Math.min(shape[0], row + matrix.shape[0]);
    if (begin >= end) continue;
    for (let r = Math.floor(begin / blockShape[0]); r * blockShape[0] < end; r++) {
      const list = partsOfRow[r];
      if (list === undefined) partsOfRow[r] = [index];
      else list.push(index);
    }
  }
  return partsOfRow;
}

/** Cuts the stored blocks of a part that reach a new block row along the new block columns. */
function visitPieces(
  part: Part,
  newRow: number,
  shape: Shape,
  blockShape: BlockShape,
  visit: PieceVisitor,
): void {
  const { matrix } = part;
  const [height, width] = matrix.blockShape;
  const [newHeight, newWidth] = blockShape;
  const area = height * width;
  const frameBegin = newRow * newHeight;
  // Old rows that the new block row covers.
  const begin = Math.max(0, frameBegin - part.row);
  const end = Math.min(matrix.shape[0], Math.min(frameBegin + newHeight, shape[0]) - part.row);
  for (let r = Math.floor(begin / height); r * height < end; r++) {
    const rowBegin = Math.max(begin, r * height);
    const rows = Math.min(end, (r + 1) * height) - rowBegin;
    const toRow = (rowBegin + part.row - frameBegin) * newWidth;
    const fromRow = (rowBegin - r * height) * width;
    for (let p = matrix.indptr[r]!; p < matrix.indptr[r + 1]!; p++) {
      const oldBegin = matrix.indices[p]! * width;
      const blockBegin = oldBegin + part.column;
      const last = Math.min(Math.min(oldBegin + width, matrix.shape[1]) + part.column, shape[1]);
      let column = Math.max(0, blockBegin);
      while (column < last) {
        const newColumn = Math.floor(column / newWidth);
        const stop = Math.min(last, (newColumn + 1) * newWidth);
        const from = p * area + fromRow + column - blockBegin;
        visit(newColumn, from, width, toRow + column - newColumn * newWidth, rows, stop - column);
        column = stop;
      }
    }
  }
}
