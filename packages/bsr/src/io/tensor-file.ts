import { InvalidArgumentError, UnsupportedFormatError } from '@sparsek/types';
import { checkDtype } from '../check/arguments.js';
import { parseFileName } from './file-name.js';
import { readNpyTensor } from './npy/read-npy.js';
import { writeNpyTensor } from './npy/write-npy.js';
import type { ReadOptions, WriteOptions } from './options.js';
import { readSafetensorsTensor } from './safetensors/read-safetensors.js';
import { writeSafetensorsFile } from './safetensors/write-safetensors.js';
import type { Tensor } from './tensor.js';

/**
 * Reads an array of any number of axes from `.npy` or `.safetensors#NAME`, last axis fastest.
 *
 * @throws InvalidFileError for a file that cannot be read or is malformed.
 * @throws UnsupportedFormatError for another extension, or elements that are not real numbers.
 */
export async function readTensor(name: string, options: ReadOptions = {}): Promise<Tensor> {
  if (options.dtype !== undefined) checkDtype(options.dtype, 'dtype');
  const { path, format, tensor } = parseFileName(name);
  if (format === 'npy') return readNpyTensor(path, options);
  if (format === 'safetensors') return readSafetensorsTensor(path, tensor, options);
  throw new UnsupportedFormatError(
    `${path}: tensors are read from .npy and .safetensors, not from .${format}`,
  );
}

/** Writes an array of any number of axes to `.npy` or `.safetensors#NAME`, completely or not at all. */
export async function writeTensor(name: string, tensor: Tensor, options: WriteOptions = {}): Promise<void> {
  const file = parseFileName(name);
  if (file.format === 'npy') return writeNpyTensor(file.path, tensor, options);
  if (file.format !== 'safetensors') {
    throw new UnsupportedFormatError(
      `${name}: tensors are written to .npy and .safetensors, not to .${file.format}`,
    );
  }
  if (file.tensor === undefined) {
    throw new InvalidArgumentError('path', 'FILE.safetensors#NAME, with the name of the tensor,', name);
  }
  return writeSafetensorsFile(file.path, { [file.tensor]: tensor }, options);
}
