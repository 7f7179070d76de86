import type { BlockShape, BsrMatrix, Dtype, Shape, Values } from '@sparsek/types';
import { checkBlockShape } from '../../check/arguments.js';
import { checkCompressed } from '../../check/compressed.js';
import type { CooMatrix, CscMatrix, CsrMatrix } from '../../construct/scalar-formats.js';
import { bsrFromArrays } from '../../structure/canonical.js';
import { withFile } from '../bytes/open-file.js';
import { checkedAsFile, invalid, type Place, unsupported } from '../bytes/place.js';
import { cooOf } from '../entries/from-entries.js';
import type { Kinded } from '../loaded.js';
import { nativeDtype, readValues } from '../npy/elements.js';
import type { ReadMatrixOptions } from '../options.js';
import { lastAxisFastest } from '../tensor.js';
import { type Archive, withArchive } from './archive.js';
import { type OpenArray, openArray, readExtents, readIndices, readText } from './sparse-entries.js';

/** What `scipy.sparse.save_npz` saves, except `dia`. */
export type NpzMatrix =
  | Kinded<'bsr', BsrMatrix>
  | Kinded<'csr', CsrMatrix>
  | Kinded<'csc', CscMatrix>
  | Kinded<'coo', CooMatrix>;

/** Entry with the extents of a matrix whose edge blocks are ragged: SciPy knows whole blocks only. */
export const SHAPE_ENTRY = 'sparsek_shape';
/** Entry with the dtype of values of a half type, which SciPy has no sparse matrices of. */
export const DTYPE_ENTRY = 'sparsek_dtype';

/**
 * Reads a sparse matrix as `scipy.sparse.save_npz` writes it, packed or not. Indices come back sorted.
 *
 * @throws InvalidFileError for a damaged archive or arrays that contradict each other; it names the array and the place.
 * @throws UnsupportedFormatError for complex values and for the `dia` format.
 */
export async function readNpz(path: string, options: ReadMatrixOptions = {}): Promise<NpzMatrix> {
  return withFile(path, ({ size }) =>
    withArchive(path, size, options, (archive) => readSparse(archive, options)),
  );
}

async function readSparse(archive: Archive, options: ReadMatrixOptions): Promise<NpzMatrix> {
  const place: Place = { path: archive.path };
  const format = await readText(archive, 'format');
  if (format === undefined) {
    const names = archive.names.slice(0, 10).join(', ');
    throw invalid(
      place,
      `holds no sparse matrix, since it has no entry 'format', only ${names || 'nothing'}`,
    );
  }
  if (format !== 'bsr' && format !== 'csr' && format !== 'csc' && format !== 'coo') {
    throw unsupported(place, `holds a ${JSON.stringify(format)} matrix; bsr, csr, csc and coo are read`);
  }
  const extents = await readExtents(archive, 'shape');
  const data = await openArray(archive, 'data');
  const dtype = options.dtype ?? (await storedDtype(archive, data));
  if (format === 'coo') return { kind: 'coo', ...(await readCoo(archive, data, dtype, extents, options)) };
  const shape = format === 'bsr' ? await logicalShape(archive, extents, data) : extents;
  const blockShape = format === 'bsr' ? blockShapeOf(data) : ([1, 1] as const);
  const [rows, columns] = format === 'csc' ? [shape[1], shape[0]] : shape;
  const { indptr, indices, values } = await readCompressed(
    archive,
    { data, dtype, blockShape, rows, columns },
    options,
  );
  const matrix = { shape, dtype, indptr, indices, values };
  return format === 'bsr' ? { kind: 'bsr', ...matrix, blockShape } : { kind: format, ...matrix };
}

/** The dtype of the values in the file: half types are written as float32, see {@link writeNpz}. */
async function storedDtype(archive: Archive, data: OpenArray): Promise<Dtype> {
  const name = await readText(archive, DTYPE_ENTRY);
  if (name === undefined) return nativeDtype(data.type);
  if ((name === 'f16' || name === 'bf16') && data.type.kind === 'float32') return name;
  throw invalid(
    { path: archive.path, part: DTYPE_ENTRY },
    `names ${JSON.stringify(name)} for ${data.type.kind} values`,
  );
}

async function valuesOf({ source, header, type }: OpenArray, dtype: Dtype): Promise<Values> {
  const values = await readValues(source, type, header.count, dtype);
  const turned = header.fortranOrder && header.shape.length > 1;
  return turned ? lastAxisFastest(values, header.shape) : values;
}

function blockShapeOf(data: OpenArray): BlockShape {
  const [, height, width] = data.header.shape;
  if (data.header.shape.length !== 3) {
    throw invalid(data.place, `has the shape (${data.header.shape.join(', ')}); (blocks, R, C) is expected`);
  }
  const blockShape = [height, width];
  checkedAsFile(data.place, () => checkBlockShape(blockShape, 'block shape'));
  return [height!, width!];
}

/** The extents before SciPy's padding to whole blocks, where the file tells them. */
async function logicalShape(archive: Archive, padded: Shape, data: OpenArray): Promise<Shape> {
  if (!archive.names.includes(SHAPE_ENTRY)) return padded;
  const shape = await readExtents(archive, SHAPE_ENTRY);
  const blockShape = blockShapeOf(data);
  if (
    !shape.every((extent, axis) => Math.ceil(extent / blockShape[axis]!) * blockShape[axis]! === padded[axis])
  ) {
    throw invalid(
      { path: archive.path, part: SHAPE_ENTRY },
      `${shape.join(' x ')} in blocks of ${blockShape.join(' x ')} does not take ${padded.join(' x ')}`,
    );
  }
  return shape;
}

async function readCoo(
  archive: Archive,
  data: OpenArray,
  dtype: Dtype,
  shape: Shape,
  options: ReadMatrixOptions,
): Promise<CooMatrix> {
  expectShape(data, [data.header.count], 'one value an entry');
  const count = data.header.count;
  const [rows, columns] = await readCoordinates(archive, count);
  checkRange(rows, shape[0], { path: archive.path, part: 'row' });
  checkRange(columns, shape[1], { path: archive.path, part: 'col' });
  const values = await valuesOf(data, dtype);
  return cooOf({ shape, dtype, rows, columns, values }, { path: archive.path }, options);
}

/** Rows and columns, given as two lists or as one array of two rows (SciPy's newer way). */
async function readCoordinates(archive: Archive, count: number): Promise<[Int32Array, Int32Array]> {
  if (!archive.names.includes('coords')) {
    const rows = await openArray(archive, 'row');
    expectShape(rows, [count], 'one row an entry');
    const columns = await openArray(archive, 'col');
    expectShape(columns, [count], 'one column an entry');
    return [await readIndices(rows), await readIndices(columns)];
  }
  const array = await openArray(archive, 'coords');
  expectShape(array, [2, count], 'a row and a column an entry');
  const both = await readIndices(array);
  if (!array.header.fortranOrder) return [both.subarray(0, count), both.subarray(count)];
  return [both.filter((_, i) => i % 2 === 0), both.filter((_, i) => i % 2 === 1)];
}

function checkRange(indices: Int32Array, extent: number, place: Place): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (index < 0 || index >= extent)
      throw invalid(place, `holds ${index} at [${i}], outside 0 .. ${extent - 1}`);
  }
}

interface CompressedArrays {
  readonly data: OpenArray;
  readonly dtype: Dtype;
  readonly blockShape: BlockShape;
  /** Extents in elements, of what `indptr` runs over and of what `indices` names. */
  readonly rows: number;
  readonly columns: number;
}

/** Compressed rows, blocks of any shape: CSR and CSC are blocks of 1 x 1, CSC by column. */
async function readCompressed(
  archive: Archive,
  arrays: CompressedArrays,
  options: ReadMatrixOptions,
): Promise<BsrMatrix> {
  const { data, dtype, blockShape } = arrays;
  const [height, width] = blockShape;
  const area = height * width;
  const rows = Math.ceil(arrays.rows / height);
  const columns = Math.ceil(arrays.columns / width);
  // All headers first: nothing is allocated for arrays that contradict each other.
  const indptrArray = await openArray(archive, 'indptr');
  expectShape(indptrArray, [rows + 1], `one more than the ${rows} rows`);
  const indicesArray = await openArray(archive, 'indices');
  const count = indicesArray.header.count;
  expectShape(indicesArray, [count], 'a list');
  expectShape(
    data,
    area === 1 && data.header.shape.length === 1 ? [count] : [count, height, width],
    'as many as indices',
  );
  const indptr = await readIndices(indptrArray);
  // SciPy may save more than indptr ends at; it drops the rest when it reads the file.
  const used = indptr[rows]!;
  if (used > count) throw invalid(indptrArray.place, `ends at ${used}, above the ${count} stored indices`);
  const indices = (await readIndices(indicesArray)).subarray(0, Math.max(used, 0));
  const names = { matrix: 'matrix', row: 'row', column: 'column' };
  const place = { path: archive.path };
  checkedAsFile(place, () => checkCompressed(indptr, indices, rows, columns, false, names));
  const values = (await valuesOf(data, dtype)).subarray(0, used * area);
  const shape: Shape = [arrays.rows, arrays.columns];
  const { duplicates = 'error' } = options;
  return checkedAsFile(place, () =>
    bsrFromArrays({ shape, blockShape, indptr, indices, dtype, values }, { sort: true, duplicates }),
  );
}

function expectShape(array: OpenArray, shape: readonly number[], why: string): void {
  const found = array.header.shape;
  if (found.length !== shape.length || found.some((extent, axis) => extent !== shape[axis])) {
    throw invalid(
      array.place,
      `has the shape (${found.join(', ')}); (${shape.join(', ')}) is expected, ${why}`,
    );
  }
}
