import type { BsrPattern, DenseMatrix, Shape } from '@sparsek/types';
import { INT32_MAX } from '../../check/arguments.js';
import type { CooMatrix } from '../../construct/scalar-formats.js';
import { type OpenFile, withFile } from '../bytes/open-file.js';
import { invalid, type Place } from '../bytes/place.js';
import { textChunks } from '../bytes/text-chunks.js';
import { cooOf, patternOf } from '../entries/from-entries.js';
import type { Kinded } from '../loaded.js';
import type { ReadMatrixOptions } from '../options.js';
import { arrayBody, arrayEntries } from './array.js';
import { lineEnd, type MtxBody } from './body.js';
import { coordinateBody } from './coordinate.js';
import { type MtxHeader, parseMtxHeader, parseMtxSizes } from './header.js';

/** What a Matrix Market file holds: entries, entries without values, or a dense matrix. */
export type MtxMatrix =
  | Kinded<'coo', CooMatrix>
  | Kinded<'pattern', BsrPattern>
  | Kinded<'dense', DenseMatrix>;

/** Fewest bytes of a line: "1 1", "1 1 1" and "1", each with a line's end. */
const SHORTEST_LINE = { pattern: 4, coordinate: 6, array: 2 };

/**
 * Reads a Matrix Market file of any size in memory proportional to what it holds, symmetric matrices unfolded. Values
 * are f32 unless `dtype` says otherwise, each rounded once.
 *
 * @throws InvalidFileError with the line for a malformed file.
 * @throws UnsupportedFormatError for a complex or hermitian matrix.
 */
export async function readMtx(path: string, options: ReadMatrixOptions = {}): Promise<MtxMatrix> {
  return withFile(path, async (file) => {
    const place = { path };
    let header: MtxHeader | undefined;
    let body: MtxBody<MtxMatrix> | undefined;
    let line = 1;
    for await (const chunk of textChunks(file, 'line', place, options)) {
      let at = 0;
      while (body === undefined && at < chunk.length) {
        const end = lineEnd(chunk, at);
        const text = Buffer.from(chunk.buffer, chunk.byteOffset + at, end - at).toString('latin1');
        if (header === undefined) header = parseMtxHeader(text, place);
        else if (!/^\s*(%|$)/.test(text)) body = startBody(header, text, line, file, options);
        at = end + 1;
        line++;
      }
      if (body !== undefined) line = body.parse(chunk, at, line);
    }
    if (header === undefined)
      throw invalid(place, 'is empty; a line "%%MatrixMarket matrix ..." is expected');
    if (body === undefined) throw invalid(place, `ends after line ${line - 1}, before the line of extents`);
    return body.finish();
  });
}

function startBody(
  header: MtxHeader,
  text: string,
  line: number,
  file: OpenFile,
  options: ReadMatrixOptions,
): MtxBody<MtxMatrix> {
  const place = { path: file.path };
  const dtype = options.dtype ?? 'f32';
  const sizes = parseMtxSizes(text, line, header.format === 'array' ? 2 : 3, place);
  const [rows = 0, columns = 0, entries = 0] = sizes;
  const shape: Shape = [rows, columns];
  if (header.symmetry !== 'general' && rows !== columns) {
    throw invalid(
      place,
      `line ${line}: a ${header.symmetry} matrix is square, but the extents are ${rows} x ${columns}`,
    );
  }
  const count = header.format === 'array' ? arrayEntries(header, rows, columns) : entries;
  checkCount(count, header, line, file, place);
  if (header.format === 'array') {
    const body = arrayBody(header, rows, columns, dtype, place);
    return { parse: body.parse, finish: () => ({ kind: 'dense', ...body.finish() }) };
  }
  if (rows > INT32_MAX || columns > INT32_MAX) {
    throw invalid(place, `line ${line}: the extents are ${rows} x ${columns}; up to 2^31 - 1 are read`);
  }
  const body = coordinateBody(header, { rows, columns, entries }, dtype, place);
  return {
    parse: body.parse,
    finish: () => {
      const found = body.finish();
      const { values } = found;
      return values === undefined
        ? { kind: 'pattern', ...patternOf({ shape, ...found }, file, options) }
        : { kind: 'coo', ...cooOf({ shape, dtype, ...found, values }, place, options) };
    },
  };
}

/** Refuses counts that the file is too short to hold, before anything is allocated for them. */
function checkCount(count: number, header: MtxHeader, line: number, file: OpenFile, place: Place): void {
  const shortest = header.field === 'pattern' ? SHORTEST_LINE.pattern : SHORTEST_LINE[header.format];
  // The last line needs no line's end.
  if (count > INT32_MAX || count * shortest > file.size + 1) {
    throw invalid(
      place,
      `line ${line}: declares ${count} entries, more than its ${file.size} bytes can hold`,
    );
  }
}
