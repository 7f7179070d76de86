import type { MaskFiles } from '@sparsek/attention';
import { UsageError } from '../exit-codes.js';

/** Reads the files that a mask names. */
export async function maskFiles(signal: AbortSignal): Promise<MaskFiles> {
  const { loadedToPattern, readMatrix, readNpyIntegers } = await import('@sparsek/bsr/io');
  return {
    async document(path) {
      const { shape, values } = await readNpyIntegers(path, { signal });
      if (shape.length === 1) return values;
      throw new UsageError(
        `Expected one document id a token, an array of one axis, for document:${path} but received shape [${shape.join(', ')}]`,
      );
    },
    async blocks(path) {
      const matrix = await readMatrix(path, { signal });
      if (matrix.kind === 'bsr') return matrix;
      if (matrix.kind !== 'dense') return loadedToPattern(matrix);
      throw new UsageError(`Expected a sparse matrix for blocks:${path} but received a dense one`);
    },
  };
}
