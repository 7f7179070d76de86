import {
  type BlockShape,
  type BsrMatrix,
  type BsrPattern,
  type DenseMatrix,
  type Dtype,
  InvalidArgumentError,
} from '@sparsek/types';
import { checkDtype } from '../check/arguments.js';
import { checkPattern } from '../check/bsr.js';
import { checkDense, denseLines } from '../check/dense.js';
import { gridOf } from '../patterns/grid.js';
import { copyRectangle } from '../structure/copy.js';
import { blockExtent } from '../structure/extent.js';
import { patternFromFlags } from '../structure/flags.js';
import { allocateValues } from '../values/allocate.js';
import { convertValues } from '../values/convert.js';
import { bitView } from '../values/nonzero.js';

export interface FromDenseOptions<D extends Dtype> {
  /** Dtype of the result; default: the dense matrix's. Which blocks are stored is decided before rounding. */
  readonly dtype?: D;
}

/**
 * The blocks of a dense matrix that hold a nonzero. NaN counts as nonzero, -0 as zero (it is kept inside a stored
 * block). Reads the dense matrix once and the stored blocks once more.
 */
export function bsrFromDense<D extends Dtype>(
  dense: DenseMatrix<D>,
  blockShape: BlockShape,
  options?: { readonly dtype?: undefined },
): BsrMatrix<D>;
export function bsrFromDense<D extends Dtype>(
  dense: DenseMatrix,
  blockShape: BlockShape,
  options: FromDenseOptions<D>,
): BsrMatrix<D>;
export function bsrFromDense(
  dense: DenseMatrix,
  blockShape: BlockShape,
  options: { readonly dtype?: Dtype | undefined } = {},
): BsrMatrix {
  checkDense(dense, 'dense');
  gridOf({ shape: dense.shape, blockShape });
  const flags = nonzeroBlocks(dense, blockShape);
  return gather(dense, patternFromFlags(dense.shape, blockShape, flags), options.dtype);
}

/** The values of a dense matrix at the blocks of a pattern, zero or not. */
export function bsrFromDenseAt<D extends Dtype>(dense: DenseMatrix<D>, pattern: BsrPattern): BsrMatrix<D> {
  checkDense(dense, 'dense');
  checkPattern(pattern, 'pattern');
  if (dense.shape[0] !== pattern.shape[0] || dense.shape[1] !== pattern.shape[1]) {
    throw new InvalidArgumentError(
      'pattern.shape',
      `[${dense.shape.join(', ')}] as for dense`,
      pattern.shape,
    );
  }
  return gather(dense, pattern, undefined) as BsrMatrix<D>;
}

/** One byte a block, row-major: whether it holds a nonzero. */
function nonzeroBlocks(dense: DenseMatrix, blockShape: BlockShape): Uint8Array {
  const byColumn = dense.order === 'column';
  const { lines, lineLength, stride } = denseLines(dense);
  const blockColumns = Math.ceil(dense.shape[1] / blockShape[1]);
  const blockRows = Math.ceil(dense.shape[0] / blockShape[0]);
  const flags = new Uint8Array(blockRows * blockColumns);
  const acrossLines = byColumn ? blockShape[1] : blockShape[0];
  const alongLine = byColumn ? blockShape[0] : blockShape[1];
  const lineStep = byColumn ? 1 : blockColumns;
  const pieceStep = byColumn ? blockColumns : 1;
  const { bits, mask } = bitView(dense.values, dense.dtype);
  for (let line = 0; line < lines; line++) {
    const lineBegin = line * stride;
    const lineEnd = lineBegin + lineLength;
    let flag = Math.floor(line / acrossLines) * lineStep;
    for (let begin = lineBegin; begin < lineEnd; begin += alongLine, flag += pieceStep) {
      if (flags[flag] === 1) continue;
      const end = Math.min(begin + alongLine, lineEnd);
      for (let i = begin; i < end; i++) {
        if ((bits[i]! & mask) !== 0) {
          flags[flag] = 1;
          break;
        }
      }
    }
  }
  return flags;
}

/** Copies the blocks of a pattern out of a dense matrix. */
function gather(dense: DenseMatrix, pattern: BsrPattern, dtype: Dtype | undefined): BsrMatrix {
  const target = dtype ?? dense.dtype;
  checkDtype(target, 'dtype');
  const [rows, columns] = pattern.shape;
  const [height, width] = pattern.blockShape;
  const { blockRows, blocks, area } = blockExtent(pattern);
  const { stride } = denseLines(dense);
  const rowStride = dense.order === 'column' ? 1 : stride;
  const columnStride = dense.order === 'column' ? stride : 1;
  const values = allocateValues(dense.dtype, blocks * area);
  for (let r = 0; r < blockRows; r++) {
    const pieceRows = Math.min(height, rows - r * height);
    for (let p = pattern.indptr[r]!; p < pattern.indptr[r + 1]!; p++) {
      const column = pattern.indices[p]! * width;
      const from = r * height * rowStride + column * columnStride;
      const pieceColumns = Math.min(width, columns - column);
      copyRectangle(
        values,
        p * area,
        width,
        1,
        dense.values,
        from,
        rowStride,
        columnStride,
        pieceRows,
        pieceColumns,
      );
    }
  }
  return { ...pattern, dtype: target, values: convertValues(values, dense.dtype, target) };
}
