import { type HybridMatrix, InvalidArgumentError, InvalidMatrixError } from '@sparsek/types';
import { blockExtent } from '../structure/extent.js';
import { checkDtype, checkLength, checkValuesType } from './arguments.js';
import { checkPattern } from './bsr.js';
import { checkBytes, checkMetadata } from './sparse24.js';

/**
 * Checks a matrix of dense and 2:4-compressed blocks: structure as `checkPattern`, block width a multiple of 8, kinds
 * 0 or 1, lengths, and the metadata of compressed blocks. Time is linear in blocks and metadata.
 *
 * @throws InvalidArgumentError for an argument of the wrong type or range.
 * @throws InvalidMatrixError where the arrays contradict each other; it names the position.
 */
export function checkHybrid(matrix: HybridMatrix, name = 'matrix'): void {
  checkPattern(matrix, name);
  checkDtype(matrix.dtype, `${name}.dtype`);
  checkValuesType(matrix.values, matrix.dtype, `${name}.values`);
  checkBytes(matrix.kinds, `${name}.kinds`);
  checkBytes(matrix.metadata, `${name}.metadata`);
  const width = matrix.blockShape[1];
  if (width % 8 !== 0) {
    throw new InvalidArgumentError(`${name}.blockShape[1]`, 'a multiple of 8 (2:4 blocks)', width);
  }
  const { blocks, area } = blockExtent(matrix);
  checkLength(matrix.kinds, blocks, `${name}.kinds`, 'one a stored block');
  let compressed = 0;
  for (let p = 0; p < blocks; p++) {
    const kind = matrix.kinds[p]!;
    if (kind > 1) {
      throw new InvalidMatrixError(
        `Expected 0 (dense) or 1 (2:4) for ${name}.kinds[${p}] but received ${kind}`,
        {
          position: p,
        },
      );
    }
    compressed += kind;
  }
  const expected = (blocks - compressed) * area + (compressed * area) / 2;
  checkLength(matrix.values, expected, `${name}.values`, `${compressed} of ${blocks} blocks compressed`);
  checkLength(
    matrix.metadata,
    (compressed * area) / 8,
    `${name}.metadata`,
    `${compressed} compressed blocks`,
  );
  checkMetadata(matrix.metadata, `${name}.metadata`, (position) => ({
    row: Math.floor(position / (area / 8)),
    label: 'compressed block',
  }));
}
