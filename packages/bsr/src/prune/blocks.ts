import {
  type BlockShape,
  type BsrMatrix,
  type DenseMatrix,
  type Dtype,
  InvalidArgumentError,
} from '@sparsek/types';
import { checkBlockShape } from '../check/arguments.js';
import { checkBsr } from '../check/bsr.js';
import { checkDense, denseLines } from '../check/dense.js';
import { bsrFromDenseAt } from '../construct/from-dense.js';
import { checkDensity, evenCounts } from '../patterns/random.js';
import { blockExtent } from '../structure/extent.js';
import { patternFromFlags } from '../structure/flags.js';
import { gatherBlocks } from '../structure/order.js';
import { reblock } from '../structure/reblock.js';
import { allocateInt32 } from '../values/allocate.js';
import { arithmeticOf } from '../values/arithmetic.js';
import { topPositions } from './rank.js';

export interface PruneBlocksOptions {
  readonly blockShape: BlockShape;
  /** Share of all blocks of the matrix that stay, from 0 to 1. */
  readonly density: number;
  /**
   * `global` (default): the blocks of greatest norm anywhere. `row`: the greatest of each block row, the same number in
   * every row up to one, so that the product is evenly loaded.
   */
  readonly scope?: 'global' | 'row';
}

/**
 * Magnitude block pruning: keeps the blocks of greatest Frobenius norm (squares summed in float64, in row-major order
 * of the block; equal norms go to the block that comes first; NaN counts as greatest).
 *
 * Exactly `floor(density * blocks + 0.5)` blocks stay of a dense matrix, zero or not; row r of m gets
 * `floor((r + 1) T / m) - floor(r T / m)` of these T with scope `row`. Of a block-sparse matrix, which is re-blocked
 * first where needed, no more stay than are stored.
 */
export function pruneBlocks<D extends Dtype>(
  matrix: DenseMatrix<D> | BsrMatrix<D>,
  options: PruneBlocksOptions,
): BsrMatrix<D> {
  const { blockShape, density, scope = 'global' } = options;
  checkBlockShape(blockShape, 'blockShape');
  checkDensity(density);
  if (scope !== 'global' && scope !== 'row')
    throw new InvalidArgumentError('scope', "'global' or 'row'", scope);
  return 'indptr' in matrix
    ? pruneBsr(matrix, blockShape, density, scope)
    : pruneDense(matrix, blockShape, density, scope);
}

function pruneDense<D extends Dtype>(
  matrix: DenseMatrix<D>,
  blockShape: BlockShape,
  density: number,
  scope: 'global' | 'row',
): BsrMatrix<D> {
  checkDense(matrix, 'matrix');
  const scores = denseScores(matrix, blockShape);
  const blockRows = Math.ceil(matrix.shape[0] / blockShape[0]);
  const blockColumns = Math.ceil(matrix.shape[1] / blockShape[1]);
  const total = Math.floor(density * scores.length + 0.5);
  const flags = new Uint8Array(scores.length);
  if (scope === 'global') for (const block of topPositions(scores, 0, scores.length, total)) flags[block] = 1;
  else {
    for (const [r, count] of evenCounts(total, blockRows).entries()) {
      for (const block of topPositions(scores, r * blockColumns, (r + 1) * blockColumns, count))
        flags[block] = 1;
    }
  }
  return bsrFromDenseAt(matrix, patternFromFlags(matrix.shape, blockShape, flags));
}

/** Squared norm of every block, row-major. */
function denseScores(matrix: DenseMatrix, blockShape: BlockShape): Float64Array {
  const [rows, columns] = matrix.shape;
  const [height, width] = blockShape;
  const blockColumns = Math.ceil(columns / width);
  const scores = new Float64Array(Math.ceil(rows / height) * blockColumns);
  const { stride } = denseLines(matrix);
  const rowStride = matrix.order === 'column' ? 1 : stride;
  const columnStride = matrix.order === 'column' ? stride : 1;
  const { toNumber } = arithmeticOf(matrix.dtype);
  for (let row = 0; row < rows; row++) {
    let block = Math.floor(row / height) * blockColumns;
    for (let begin = 0; begin < columns; begin += width, block++) {
      const end = Math.min(begin + width, columns);
      let sum = scores[block]!;
      for (let c = begin; c < end; c++) {
        const value = toNumber(matrix.values[row * rowStride + c * columnStride]!);
        sum += value * value;
      }
      scores[block] = sum;
    }
  }
  return scores;
}

function pruneBsr<D extends Dtype>(
  source: BsrMatrix<D>,
  blockShape: BlockShape,
  density: number,
  scope: 'global' | 'row',
): BsrMatrix<D> {
  checkBsr(source, 'matrix');
  const same = source.blockShape[0] === blockShape[0] && source.blockShape[1] === blockShape[1];
  const matrix = same ? source : reblock(source, blockShape);
  const { blockRows, blockColumns, blocks, area } = blockExtent(matrix);
  const { toNumber } = arithmeticOf(matrix.dtype);
  const scores = new Float64Array(blocks);
  for (let p = 0; p < blocks; p++) {
    let sum = 0;
    for (let i = p * area; i < (p + 1) * area; i++) {
      const value = toNumber(matrix.values[i]!);
      sum += value * value;
    }
    scores[p] = sum;
  }
  const total = Math.floor(density * (blockRows * blockColumns) + 0.5);
  const keep = new Uint8Array(blocks);
  if (scope === 'global') for (const p of topPositions(scores, 0, blocks, total)) keep[p] = 1;
  else {
    for (const [r, count] of evenCounts(total, blockRows).entries()) {
      for (const p of topPositions(scores, matrix.indptr[r]!, matrix.indptr[r + 1]!, count)) keep[p] = 1;
    }
  }
  const indptr = allocateInt32(blockRows + 1);
  const order = allocateInt32(Math.min(blocks, total));
  let count = 0;
  for (let r = 0; r < blockRows; r++) {
    for (let p = matrix.indptr[r]!; p < matrix.indptr[r + 1]!; p++) if (keep[p] === 1) order[count++] = p;
    indptr[r + 1] = count;
  }
  const kept = order.subarray(0, count);
  return {
    ...matrix,
    indptr,
    indices: kept.map((p) => matrix.indices[p]!),
    values: gatherBlocks(matrix.dtype, matrix.values, area, kept),
  };
}
