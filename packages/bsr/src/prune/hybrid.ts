import { type BsrMatrix, type Dtype, type HybridMatrix, InvalidArgumentError } from '@sparsek/types';
import { checkBsr } from '../check/bsr.js';
import { checkHybrid } from '../check/hybrid.js';
import { copyRun } from '../structure/copy.js';
import { blockExtent } from '../structure/extent.js';
import { allocateValues } from '../values/allocate.js';
import { bitView } from '../values/nonzero.js';
import { compressGroups, expandGroups, fits24 } from './groups.js';

export interface HybridOptions {
  /**
   * `exact` (default): only blocks that are 2:4 already are compressed, so that nothing but signs of zeros
   * is lost. `all`: every block is
   * pruned to 2:4. A Uint8Array says for each stored block whether it is pruned (1) or dense (0).
   */
  readonly compress?: 'exact' | 'all' | Uint8Array;
}

/**
 * Compresses blocks to 2:4 structured sparsity, the others staying dense. Pruning keeps the two greatest magnitudes of
 * four as `prune24` does. Linear in the stored values.
 *
 * @throws InvalidArgumentError when the block width is not a multiple of 8.
 */
export function hybridFromBsr<D extends Dtype>(
  matrix: BsrMatrix<D>,
  options: HybridOptions = {},
): HybridMatrix<D> {
  checkBsr(matrix, 'matrix');
  const width = matrix.blockShape[1];
  if (width % 8 !== 0) {
    throw new InvalidArgumentError('matrix.blockShape[1]', 'a multiple of 8 (2:4 blocks)', width);
  }
  const { blocks, area } = blockExtent(matrix);
  const kinds = chooseKinds(matrix, options.compress ?? 'exact');
  const compressed = kinds.reduce((sum, kind) => sum + kind, 0);
  const values = allocateValues(matrix.dtype, blocks * area - (compressed * area) / 2);
  const metadata = new Uint8Array((compressed * area) / 8);
  let to = 0;
  let byte = 0;
  for (let p = 0; p < blocks; p++) {
    if (kinds[p] === 0) {
      copyRun(values, to, matrix.values, p * area, area);
      to += area;
      continue;
    }
    compressGroups(matrix.values, p * area, 1, area, matrix.dtype, values, to, metadata, byte);
    to += area / 2;
    byte += area / 8;
  }
  const { shape, blockShape, indptr, indices, dtype } = matrix;
  return { shape, blockShape, indptr, indices, dtype, kinds, values, metadata };
}

/** The block-sparse form: compressed blocks expanded, with +0 where nothing is stored. Linear in the result. */
export function hybridToBsr<D extends Dtype>(matrix: HybridMatrix<D>): BsrMatrix<D> {
  checkHybrid(matrix, 'matrix');
  const { blocks, area } = blockExtent(matrix);
  const values = allocateValues(matrix.dtype, blocks * area);
  let from = 0;
  let byte = 0;
  for (let p = 0; p < blocks; p++) {
    if (matrix.kinds[p] === 0) {
      copyRun(values, p * area, matrix.values, from, area);
      from += area;
      continue;
    }
    expandGroups(matrix.values, from, matrix.metadata, byte, area, values, p * area);
    from += area / 2;
    byte += area / 8;
  }
  const { shape, blockShape, indptr, indices, dtype } = matrix;
  return { shape, blockShape, indptr, indices, dtype, values };
}

function chooseKinds(matrix: BsrMatrix, compress: 'exact' | 'all' | Uint8Array): Uint8Array {
  const { blocks, area } = blockExtent(matrix);
  if (compress instanceof Uint8Array) {
    if (compress.length !== blocks || compress.some((kind) => kind > 1)) {
      throw new InvalidArgumentError('compress', `a Uint8Array of ${blocks} zeros and ones`, compress);
    }
    return compress.slice();
  }
  if (compress === 'all') return new Uint8Array(blocks).fill(1);
  if (compress !== 'exact')
    throw new InvalidArgumentError('compress', "'exact', 'all' or a Uint8Array", compress);
  const view = bitView(matrix.values, matrix.dtype);
  return Uint8Array.from({ length: blocks }, (_, p) => (fits24(view, p * area, (p + 1) * area) ? 1 : 0));
}
