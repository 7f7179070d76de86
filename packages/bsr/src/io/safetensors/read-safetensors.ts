import type { DenseMatrix } from '@sparsek/types';
import { allocateValues } from '../../values/allocate.js';
import { convertValues } from '../../values/convert.js';
import { fileSource, withFile } from '../bytes/open-file.js';
import { invalid, type Place, unsupported } from '../bytes/place.js';
import { byteViews } from '../bytes/views.js';
import type { ReadOptions } from '../options.js';
import { elementCount, type Tensor } from '../tensor.js';
import { DTYPE_OF } from './dtypes.js';
import { readSafetensorsHeader, type TensorEntry } from './header.js';

/** Names of the tensors of a `.safetensors` file, in the header's order, with dtype (as the format names it) and shape. */
export async function listSafetensors(path: string): Promise<readonly SafetensorsInfo[]> {
  return withFile(path, async (file) => {
    const { tensors } = await readSafetensorsHeader(fileSource(file, { path }, {}), { path });
    return [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  });
}

export interface SafetensorsInfo {
  readonly name: string;
  /** As the format names it, such as `BF16`. */
  readonly dtype: string;
  readonly shape: readonly number[];
}

/**
 * Reads one tensor of two axes. Without a name the file must hold exactly one.
 *
 * @throws InvalidFileError for a malformed file, an unknown name, or a tensor that has not two axes.
 * @throws UnsupportedFormatError for a tensor that is not F16, BF16 or F32.
 */
export async function readSafetensors(
  path: string,
  name?: string,
  options: ReadOptions = {},
): Promise<DenseMatrix> {
  const { shape, dtype, values } = await readSafetensorsTensor(path, name, options);
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined || shape.length !== 2) {
    const place = name === undefined ? { path } : { path, part: name };
    throw invalid(place, `has the shape [${shape.join(', ')}]; a matrix of two axes is expected`);
  }
  return { shape: [rows, columns], dtype, values };
}

/** Reads one tensor of any number of axes. Throws as {@link readSafetensors} does. */
export async function readSafetensorsTensor(
  path: string,
  name?: string,
  options: ReadOptions = {},
): Promise<Tensor> {
  return withFile(path, async (file) => {
    const { tensors, dataStart } = await readSafetensorsHeader(fileSource(file, { path }, options), { path });
    const [found, entry] = pick(tensors, name, { path });
    const place = { path, part: found };
    const stored = DTYPE_OF[entry.dtype];
    if (stored === undefined) throw unsupported(place, `is ${entry.dtype}; F16, BF16 and F32 are read`);
    const values = allocateValues(stored, elementCount(entry.shape));
    const source = fileSource(file, place, options, dataStart + entry.begin, dataStart + entry.end);
    for (const bytes of byteViews(values)) await source.readInto(bytes);
    const dtype = options.dtype ?? stored;
    return { shape: entry.shape, dtype, values: convertValues(values, stored, dtype) };
  });
}

function pick(
  tensors: ReadonlyMap<string, TensorEntry>,
  name: string | undefined,
  place: Place,
): [string, TensorEntry] {
  const only = tensors.size === 1 ? [...tensors.keys()][0] : undefined;
  const wanted = name ?? only;
  const entry = wanted === undefined ? undefined : tensors.get(wanted);
  if (wanted !== undefined && entry !== undefined) return [wanted, entry];
  const names = [...tensors.keys()];
  const list =
    `${names.slice(0, 8).join(', ')}${names.length > 8 ? `, and ${names.length - 8} more` : ''}` || 'none';
  const problem =
    name === undefined
      ? 'name one of its tensors as FILE#NAME'
      : `has no tensor named ${JSON.stringify(name)}`;
  throw invalid(place, `${problem}; it holds ${list}`);
}
