import { type BsrMatrix, type DenseMatrix, InvalidArgumentError } from '@sparsek/types';
import { checkBsr, checkPattern } from '../check/bsr.js';
import { checkDense } from '../check/dense.js';
import { checkCoo, checkCsc, checkCsr } from '../construct/scalar-formats.js';
import { loadedToCoo, loadedToDense, loadedToPattern, patternToBsr, sameBlocks } from './convert-loaded.js';
import { parseFileName } from './file-name.js';
import type { Kinded, LoadedMatrix } from './loaded.js';
import { writeMtx, writeMtxArray, writeMtxPattern } from './mtx/write-mtx.js';
import { writeNpy } from './npy/write-npy.js';
import { writeNpz } from './npz/write-npz.js';
import type { WriteOptions } from './options.js';
import { writeSafetensors } from './safetensors/write-safetensors.js';
import { writeSmtx } from './smtx/write-smtx.js';

/** What {@link writeMatrix} takes: a matrix with its `kind`, or a BSR or dense matrix as it is. */
export type WritableMatrix = LoadedMatrix | BsrMatrix | DenseMatrix;

/**
 * Writes a matrix in the format that the extension names. `.npz` holds sparse matrices; `.npy` and `.safetensors#NAME`
 * hold dense ones, and sparse matrices are written there with their zeros; `.mtx` holds either; `.smtx` holds where a
 * sparse matrix has entries, without their values. The file appears when it is complete, or not at all.
 *
 * @throws InvalidArgumentError for a matrix that the format cannot hold.
 * @throws InvalidMatrixError for a matrix whose arrays contradict each other.
 * @throws InvalidFileError when the file cannot be written.
 */
export async function writeMatrix(
  path: string,
  matrix: WritableMatrix,
  options: WriteOptions = {},
): Promise<void> {
  const file = parseFileName(path);
  const loaded = withKind(matrix);
  checkLoaded(loaded);
  switch (file.format) {
    case 'npz':
      if (loaded.kind === 'dense') {
        throw new InvalidArgumentError(
          'matrix',
          'a sparse matrix (say a block shape), as .npz holds,',
          matrix,
        );
      }
      return writeNpz(file.path, loaded.kind === 'pattern' ? valued(loaded) : loaded, options);
    case 'npy':
      return writeNpy(file.path, loadedToDense(loaded), options);
    case 'mtx':
      if (loaded.kind === 'dense') return writeMtxArray(file.path, loaded, options);
      if (loaded.kind === 'pattern') return writeMtxPattern(file.path, loadedToPattern(loaded), options);
      return writeMtx(file.path, loadedToCoo(loaded), options);
    case 'smtx':
      if (loaded.kind === 'dense')
        throw new InvalidArgumentError('matrix', 'a sparse matrix, as .smtx holds,', matrix);
      return writeSmtx(file.path, loadedToPattern(loaded), options);
    case 'safetensors':
      if (file.tensor === undefined) {
        throw new InvalidArgumentError('path', 'FILE.safetensors#NAME, with the name of the tensor,', path);
      }
      return writeSafetensors(file.path, file.tensor, loadedToDense(loaded), options);
  }
}

function withKind(matrix: WritableMatrix): LoadedMatrix {
  if ('kind' in matrix) return matrix;
  return 'blockShape' in matrix ? { kind: 'bsr', ...matrix } : { kind: 'dense', ...matrix };
}

/** A pattern of single elements is a CSR matrix of ones to SciPy; one of blocks stays BSR. */
function valued(
  pattern: Kinded<'pattern', Parameters<typeof patternToBsr>[0]>,
): Exclude<LoadedMatrix, { kind: 'dense' | 'pattern' }> {
  const matrix = patternToBsr(pattern, 'f32');
  if (!sameBlocks(pattern.blockShape, [1, 1])) return { kind: 'bsr', ...matrix };
  const { shape, dtype, indptr, indices, values } = matrix;
  return { kind: 'csr', shape, dtype, indptr, indices, values };
}

function checkLoaded(matrix: LoadedMatrix): void {
  if (matrix.kind === 'bsr') checkBsr(matrix);
  else if (matrix.kind === 'csr') checkCsr(matrix);
  else if (matrix.kind === 'csc') checkCsc(matrix);
  else if (matrix.kind === 'coo') checkCoo(matrix);
  else if (matrix.kind === 'pattern') checkPattern(matrix);
  else checkDense(matrix);
}
