import type { BsrPattern } from '@sparsek/types';
import { INT32_MAX } from '../../check/arguments.js';
import { checkCompressed } from '../../check/compressed.js';
import { allocateInt32 } from '../../values/allocate.js';
import { isBlank } from '../bytes/blank.js';
import { type OpenFile, withFile } from '../bytes/open-file.js';
import { type Parsed, parseCount } from '../bytes/parse-number.js';
import { checkedAsFile, invalid } from '../bytes/place.js';
import { textChunks } from '../bytes/text-chunks.js';
import type { ReadOptions } from '../options.js';

const COMMA = 0x2c;

/** Offsets and column indices as they are read. */
interface Lists {
  readonly rows: number;
  readonly columns: number;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
}

/**
 * Reads a pattern of the Deep Learning Matrix Collection (Gale et al., "Sparse GPU kernels for deep learning", 2020):
 * `rows, columns, entries`, all row offsets, all column indices, with blanks between. It comes back with 1 x 1 blocks.
 *
 * @throws InvalidFileError that names the number that is wrong.
 */
export async function readSmtx(path: string, options: ReadOptions = {}): Promise<BsrPattern> {
  return withFile(path, async (file) => {
    const place = { path };
    const parsed: Parsed = { value: 0, end: 0 };
    const extents: number[] = [];
    let lists: Lists | undefined;
    let read = 0;
    for await (const chunk of textChunks(file, 'space', place, options)) {
      for (let at = 0; at < chunk.length; ) {
        if (isBlank(chunk[at]!) || (chunk[at] === COMMA && lists === undefined)) {
          at++;
          continue;
        }
        parseCount(chunk, at, chunk.length, parsed);
        const next = chunk[parsed.end];
        if (parsed.end === at || !(next === undefined || next === COMMA || isBlank(next))) {
          const word = Buffer.from(chunk.subarray(at, at + 20)).toString('latin1');
          throw invalid(place, `expected an integer at word ${read + 1}, but found ${JSON.stringify(word)}`);
        }
        if (parsed.value > INT32_MAX)
          throw invalid(place, `holds ${parsed.value} at word ${read + 1}, above 2^31 - 1`);
        if (lists === undefined) {
          if (extents.push(parsed.value) === 3) lists = startLists(extents, file);
        } else {
          store(lists, read - 3, parsed.value, file);
        }
        read++;
        at = parsed.end;
      }
    }
    if (lists === undefined) throw invalid(place, 'is too short; "rows, columns, entries" is expected first');
    return finish(lists, read - 3, file);
  });
}

/** Refuses counts that the file is too short to hold, before anything is allocated for them. */
function startLists(extents: readonly number[], file: OpenFile): Lists {
  const [rows = 0, columns = 0, entries = 0] = extents;
  if (2 * (rows + 1 + entries) > file.size) {
    throw invalid(
      file,
      `declares ${rows} rows and ${entries} entries, more than its ${file.size} bytes can hold`,
    );
  }
  return { rows, columns, indptr: allocateInt32(rows + 1), indices: allocateInt32(entries) };
}

function store({ indptr, indices }: Lists, at: number, value: number, file: OpenFile): void {
  if (at < indptr.length) indptr[at] = value;
  else if (at < indptr.length + indices.length) indices[at - indptr.length] = value;
  else
    throw invalid(
      file,
      `holds more than the ${indptr.length} offsets and ${indices.length} indices it declares`,
    );
}

function finish({ rows, columns, indptr, indices }: Lists, read: number, file: OpenFile): BsrPattern {
  const expected = indptr.length + indices.length;
  if (read < expected) {
    throw invalid(file, `ends after ${read} of its ${indptr.length} offsets and ${indices.length} indices`);
  }
  const names = { matrix: 'pattern', row: 'row', column: 'column' };
  checkedAsFile(file, () => checkCompressed(indptr, indices, rows, columns, true, names));
  return { shape: [rows, columns], blockShape: [1, 1], indptr, indices };
}
