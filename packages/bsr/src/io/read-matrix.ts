import { type BlockShape, type BsrMatrix, type DenseMatrix, InvalidArgumentError } from '@sparsek/types';
import { checkBlockShape, checkDtype } from '../check/arguments.js';
import { checkedAsFile } from './bytes/place.js';
import { isSparse, loadedToBsr, loadedToDense, patternToBsr } from './convert-loaded.js';
import { checkExtent } from './entries/limits.js';
import { parseFileName } from './file-name.js';
import type { LoadedMatrix } from './loaded.js';
import { readMtx } from './mtx/read-mtx.js';
import { readNpy } from './npy/read-npy.js';
import { readNpz } from './npz/read-npz.js';
import type { ReadMatrixOptions, ReadOptions } from './options.js';
import { readSafetensors } from './safetensors/read-safetensors.js';
import { readSmtx } from './smtx/read-smtx.js';

/** Block shape that {@link readBsr} takes when neither the caller nor the file names one. */
export const DEFAULT_BLOCK_SHAPE: BlockShape = [16, 16];

/**
 * Reads a matrix of any format, told by the extension: `.npz` (SciPy), `.npy`, `.mtx`, `.smtx`, `.safetensors#NAME`.
 * With `blockShape`, sparse matrices come back as BSR of that block shape; dense ones stay dense.
 *
 * @throws InvalidFileError for a file that cannot be read or is malformed; the message names path and place.
 * @throws UnsupportedFormatError for an unknown extension, or content that is not a real matrix.
 */
export async function readMatrix(path: string, options: ReadMatrixOptions = {}): Promise<LoadedMatrix> {
  checkOptions(options);
  const matrix = await readAny(path, options);
  if (options.blockShape === undefined || !isSparse(matrix)) return matrix;
  return { kind: 'bsr', ...toBsr(matrix, options.blockShape, path, options) };
}

/**
 * Reads a matrix of any format as BSR. The block shape is `options.blockShape`, else the file's own if it holds BSR,
 * else 16 x 16. A pattern becomes a matrix of ones. Throws as {@link readMatrix} does.
 */
export async function readBsr(path: string, options: ReadMatrixOptions = {}): Promise<BsrMatrix> {
  checkOptions(options);
  const matrix = await readAny(path, options);
  const own = matrix.kind === 'bsr' ? matrix.blockShape : DEFAULT_BLOCK_SHAPE;
  return toBsr(matrix, options.blockShape ?? own, path, options);
}

/**
 * Reads a matrix of any format as a dense one, in row or column order as the file has it. Throws as {@link readMatrix}
 * does.
 */
export async function readDense(path: string, options: ReadOptions = {}): Promise<DenseMatrix> {
  checkOptions(options);
  const matrix = await readAny(path, options);
  if (isSparse(matrix)) checkExtents(matrix, path, options);
  const dense = loadedToDense(matrix.kind === 'pattern' ? ones(matrix, options) : matrix);
  const { shape, dtype, values, order = 'row' } = dense;
  return { shape, dtype, values, order };
}

async function readAny(name: string, options: ReadMatrixOptions): Promise<LoadedMatrix> {
  const { path, format, tensor } = parseFileName(name);
  switch (format) {
    case 'npz':
      return readNpz(path, options);
    case 'npy':
      return { kind: 'dense', ...(await readNpy(path, options)) };
    case 'mtx':
      return readMtx(path, options);
    case 'smtx':
      return { kind: 'pattern', ...(await readSmtx(path, options)) };
    case 'safetensors':
      return { kind: 'dense', ...(await readSafetensors(path, tensor, options)) };
  }
}

/**
 * What {@link readMatrix} gave, as BSR; a pattern becomes a matrix of ones. `path` names the file in errors.
 *
 * @throws InvalidFileError when the extents would take more memory than `options.maxBytes` allows.
 */
export function toBsr(
  matrix: LoadedMatrix,
  blockShape: BlockShape,
  path: string,
  options: ReadMatrixOptions = {},
): BsrMatrix {
  checkExtents(matrix, path, options);
  const valued = matrix.kind === 'pattern' ? ones(matrix, options) : matrix;
  return checkedAsFile({ path }, () => loadedToBsr(valued, blockShape));
}

function ones(matrix: LoadedMatrix & { kind: 'pattern' }, options: ReadOptions): LoadedMatrix {
  return { kind: 'bsr', ...patternToBsr(matrix, options.dtype ?? 'f32') };
}

/** Conversions take memory in proportion to the extents, which a small file may declare at will. */
function checkExtents(matrix: LoadedMatrix, path: string, options: ReadOptions): void {
  const entries = 'values' in matrix ? matrix.values.byteLength : matrix.indices.byteLength;
  for (const extent of matrix.shape) checkExtent(extent, { path, size: entries }, options);
}

function checkOptions(options: ReadMatrixOptions): void {
  const { dtype, blockShape, maxBytes, duplicates } = options;
  if (dtype !== undefined) checkDtype(dtype, 'dtype');
  if (blockShape !== undefined) checkBlockShape(blockShape, 'blockShape');
  if (maxBytes !== undefined && !(typeof maxBytes === 'number' && maxBytes >= 0)) {
    throw new InvalidArgumentError('maxBytes', 'a number of bytes', maxBytes);
  }
  if (duplicates !== undefined && duplicates !== 'sum' && duplicates !== 'error') {
    throw new InvalidArgumentError('duplicates', "'sum' or 'error'", duplicates);
  }
}
