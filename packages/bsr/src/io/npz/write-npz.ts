import { PassThrough, Readable } from 'node:stream';
import type { BsrMatrix, Dtype, Shape, Values } from '@sparsek/types';
import { ZipFile } from 'yazl';
import { checkBsr } from '../../check/bsr.js';
import type { CooMatrix, CscMatrix, CsrMatrix } from '../../construct/scalar-formats.js';
import { toFloat32 } from '../../values/convert.js';
import { writeAtomically } from '../bytes/atomic-write.js';
import { bytesOf } from '../bytes/views.js';
import type { Kinded } from '../loaded.js';
import { npyHeader } from '../npy/header.js';
import type { WriteOptions } from '../options.js';
import { DTYPE_ENTRY, type NpzMatrix, SHAPE_ENTRY } from './read-npz.js';

/** Elements that pass through the archive at a time. */
const CHUNK_LENGTH = 1 << 18;
/** A fixed time (the first that a zip archive can hold), so that equal matrices give equal files. */
const MTIME = new Date(1980, 0, 1);

interface Entry {
  readonly name: string;
  readonly descr: string;
  readonly shape: readonly number[];
  /** In bytes. */
  readonly size: number;
  readonly parts: () => Iterable<Uint8Array>;
}

/**
 * Writes a sparse matrix so that `scipy.sparse.load_npz` reads it. SciPy knows whole blocks only: where the block shape
 * does not divide the shape, it sees the matrix padded with zeros to whole blocks, and an entry of this library's own
 * keeps the true shape. SciPy has no sparse matrices of half types either: they are written as float32, which holds
 * them exactly, and another entry keeps the dtype.
 */
export async function writeNpz(path: string, matrix: NpzMatrix, options: WriteOptions = {}): Promise<void> {
  const entries = entriesOf(matrix);
  await writeAtomically(path, options, async (sink) => {
    const zip = new ZipFile();
    for (const entry of entries) {
      const header = npyHeader(entry.descr, entry.shape);
      zip.addReadStreamLazy(
        `${entry.name}.npy`,
        {
          size: header.length + entry.size,
          compress: options.compress === true,
          mtime: MTIME,
          mode: 0o100644,
          forceDosTimestamp: true,
        },
        (give) => give(null, Readable.from(pieces(header, entry))),
      );
    }
    zip.end();
    const output = zip.outputStream.pipe(new PassThrough());
    // Errors of an entry's stream are reported by the archive, not by its output.
    zip.on('error', (error: Error) => output.destroy(error));
    for await (const chunk of output) await sink.write(chunk as Uint8Array);
  });
}

function* pieces(header: Uint8Array, entry: Entry): Generator<Uint8Array> {
  yield header;
  for (const part of entry.parts()) yield part;
}

function* chunks<T extends Values | Int32Array>(values: T): Generator<T> {
  for (let at = 0; at < values.length; at += CHUNK_LENGTH) yield values.subarray(at, at + CHUNK_LENGTH) as T;
}

function entriesOf(matrix: NpzMatrix): Entry[] {
  const entries = [text('format', matrix.kind), scalarTrue('_is_array')];
  if (matrix.dtype !== 'f32') entries.push(text(DTYPE_ENTRY, matrix.dtype));
  if (matrix.kind === 'coo') return [...entries, ...cooEntries(matrix)];
  if (matrix.kind === 'bsr') return [...entries, ...bsrEntries(matrix)];
  return [...entries, ...compressedEntries(matrix)];
}

function bsrEntries(matrix: Kinded<'bsr', BsrMatrix>): Entry[] {
  checkBsr(matrix);
  const { shape, blockShape, indptr, indices, values, dtype } = matrix;
  const padded: Shape = [
    Math.ceil(shape[0] / blockShape[0]) * blockShape[0],
    Math.ceil(shape[1] / blockShape[1]) * blockShape[1],
  ];
  const entries = [
    extents('shape', padded),
    int32('indptr', indptr),
    int32('indices', indices),
    data(dtype, [indices.length, ...blockShape], values),
  ];
  const ragged = padded[0] !== shape[0] || padded[1] !== shape[1];
  return ragged ? [...entries, extents(SHAPE_ENTRY, shape)] : entries;
}

function compressedEntries({ shape, indptr, indices, values, dtype }: CsrMatrix | CscMatrix): Entry[] {
  return [
    extents('shape', shape),
    int32('indptr', indptr),
    int32('indices', indices),
    data(dtype, [indices.length], values),
  ];
}

function cooEntries({ shape, rows, columns, values, dtype }: CooMatrix): Entry[] {
  return [
    extents('shape', shape),
    int32('row', rows),
    int32('col', columns),
    data(dtype, [rows.length], values),
  ];
}

function text(name: string, value: string): Entry {
  return small(name, `|S${value.length}`, [], Buffer.from(value, 'latin1'));
}

function scalarTrue(name: string): Entry {
  return small(name, '|b1', [], Uint8Array.of(1));
}

function extents(name: string, shape: Shape): Entry {
  return small(name, '<i8', [2], bytesOf(BigInt64Array.from(shape, BigInt)));
}

function small(name: string, descr: string, shape: readonly number[], bytes: Uint8Array): Entry {
  return { name, descr, shape, size: bytes.length, parts: () => [bytes] };
}

function int32(name: string, values: Int32Array): Entry {
  const parts = function* () {
    for (const chunk of chunks(values)) yield bytesOf(chunk);
  };
  return { name, descr: '<i4', shape: [values.length], size: values.byteLength, parts };
}

function data(dtype: Dtype, shape: readonly number[], values: Values): Entry {
  const parts = function* () {
    for (const chunk of chunks(values)) yield bytesOf(toFloat32(chunk, dtype));
  };
  return { name: 'data', descr: '<f4', shape, size: 4 * values.length, parts };
}
