import type { DenseMatrix, Dtype, Values } from '@sparsek/types';
import { fileSource, withFile } from '../bytes/open-file.js';
import { invalid, type Place } from '../bytes/place.js';
import type { ByteSource } from '../bytes/source.js';
import type { ReadOptions } from '../options.js';
import { lastAxisFastest, type Tensor } from '../tensor.js';
import { type ElementType, elementType, isInteger } from './element-type.js';
import { nativeDtype, readNumbers, readValues } from './elements.js';
import { type NpyHeader, readNpyHeader } from './header.js';

/**
 * Reads an `.npy` file of two axes. Fortran order comes back as `order: 'column'`, without a transposition.
 *
 * @throws InvalidFileError for a malformed file, or one whose array has not two axes.
 * @throws UnsupportedFormatError for elements that are not real numbers.
 */
export async function readNpy(path: string, options: ReadOptions = {}): Promise<DenseMatrix> {
  return readArray(path, options, ({ shape, dtype, values, fortranOrder }) => {
    const [rows, columns] = shape;
    if (rows === undefined || columns === undefined || shape.length !== 2) {
      throw invalid(
        { path },
        `holds an array of shape (${shape.join(', ')}); a matrix of two axes is expected`,
      );
    }
    return { shape: [rows, columns], dtype, values, order: fortranOrder ? 'column' : 'row' };
  });
}

/** Reads an `.npy` file of any number of axes, last axis fastest. Throws as {@link readNpy} does. */
export async function readNpyTensor(path: string, options: ReadOptions = {}): Promise<Tensor> {
  return readArray(path, options, ({ shape, dtype, values, fortranOrder }) => ({
    shape,
    dtype,
    values: fortranOrder && shape.length > 1 ? lastAxisFastest(values, shape) : values,
  }));
}

/**
 * Reads an `.npy` file of integers, such as the document of each token, exactly; last axis fastest.
 *
 * @throws InvalidFileError for a malformed file, elements that are no integers, or integers beyond 2^53.
 */
export async function readNpyIntegers(path: string, options: ReadOptions = {}): Promise<IntegerArray> {
  return withFile(path, async (file) => {
    const place = { path };
    const source = fileSource(file, place, options);
    const header = await readNpyHeader(source, place);
    const type = elementType(header.descr, place);
    if (!isInteger(type.kind))
      throw invalid(place, `holds elements of type ${type.kind}; integers are expected`);
    checkSize(source, header, type.bytes, place);
    const values = await readNumbers(source, type, header.count);
    const wide = values.findIndex((value) => !Number.isSafeInteger(value));
    if (wide >= 0) throw invalid(place, `holds ${values[wide]} at [${wide}], beyond 2^53`);
    const turned = header.fortranOrder && header.shape.length > 1;
    return { shape: header.shape, values: turned ? lastAxisFastest(values, header.shape) : values };
  });
}

export interface IntegerArray {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

interface StoredArray extends Tensor {
  /** The values stand first axis fastest. */
  readonly fortranOrder: boolean;
}

async function readArray<T>(path: string, options: ReadOptions, use: (array: StoredArray) => T): Promise<T> {
  return withFile(path, async (file) => {
    const place = { path };
    const source = fileSource(file, place, options);
    const header = await readNpyHeader(source, place);
    const type = elementType(header.descr, place);
    checkSize(source, header, type.bytes, place);
    const dtype = options.dtype ?? nativeDtype(type);
    const values: Values = await readValues(source, asWords(type, dtype), header.count, dtype);
    return use({ shape: header.shape, dtype, values, fortranOrder: header.fortranOrder });
  });
}

/** NumPy has no bfloat16: its words travel as unsigned integers, which they are taken for unless bf16 is asked for. */
function asWords(type: ElementType, dtype: Dtype): ElementType {
  return type.kind === 'uint16' && dtype === 'bf16' ? { ...type, kind: 'bits16' } : type;
}

/** Checks that what is left is exactly what the header declares, before anything is allocated for it. */
export function checkSize(source: ByteSource, header: NpyHeader, bytes: number, place: Place): void {
  const declared = header.count * bytes;
  if (declared !== source.remaining) {
    throw invalid(
      place,
      `declares the shape (${header.shape.join(', ')}), ${declared} bytes, but ${source.remaining} bytes follow`,
    );
  }
}
