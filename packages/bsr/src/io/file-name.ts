import { extname } from 'node:path';
import { InvalidArgumentError, UnsupportedFormatError } from '@sparsek/types';

/** The formats that are told by a file's extension. */
export type FileFormat = 'npz' | 'npy' | 'mtx' | 'smtx' | 'safetensors';

export interface FileName {
  readonly path: string;
  readonly format: FileFormat;
  /** What stands behind `#`, for `.safetensors`. */
  readonly tensor?: string;
}

const FORMATS: readonly FileFormat[] = ['npz', 'npy', 'mtx', 'smtx', 'safetensors'];
const TENSOR = /^(.*\.safetensors)#(.*)$/is;

/**
 * Splits `FILE.safetensors#NAME` and tells the format by the extension, in upper or lower case.
 *
 * @throws UnsupportedFormatError for another extension.
 */
export function parseFileName(name: string): FileName {
  if (typeof name !== 'string' || name === '')
    throw new InvalidArgumentError('path', 'the name of a file', name);
  const tensor = TENSOR.exec(name);
  if (tensor !== null) {
    if (tensor[2] === '') throw new InvalidArgumentError('path', 'the name of a tensor behind "#"', name);
    return { path: tensor[1]!, format: 'safetensors', tensor: tensor[2]! };
  }
  const extension = extname(name).slice(1).toLowerCase();
  const format = FORMATS.find((known) => known === extension);
  if (format === undefined) {
    throw new UnsupportedFormatError(
      `${name}: the extension ${extension === '' ? 'is missing' : `".${extension}" is not known`}; expected one of ` +
        `${FORMATS.map((known) => `.${known}`).join(', ')}`,
    );
  }
  return { path: name, format };
}
