import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { invalid, type Place, unsupported } from '../bytes/place.js';
import { type EntrySource, streamSource } from '../bytes/stream-source.js';
import { byteLimit } from '../entries/limits.js';
import type { ReadOptions } from '../options.js';

/** The arrays of an `.npz` file, by name without `.npy`. */
export interface Archive {
  readonly path: string;
  readonly names: readonly string[];
  /** Opens one array's `.npy` file; undefined when the archive has none of that name. */
  open(name: string): Promise<EntrySource | undefined>;
}

/** Deflate never shrinks by more than 1032 to 1 (its longest match is 258 bytes, in 2 bits); a header is added. */
const LARGEST_RATIO = 1032;
const MOST_ENTRIES = 4096;

/** Opens an `.npz` file, a zip archive of `.npy` files, for the time that `use` takes. */
export async function withArchive<T>(
  path: string,
  fileSize: number,
  options: ReadOptions,
  use: (archive: Archive) => Promise<T>,
): Promise<T> {
  const zip = await asInvalid({ path }, openPromise(path, { autoClose: false }));
  const opened: EntrySource[] = [];
  try {
    const entries = await entriesOf(zip, path);
    const total = checkSizes(entries, path, byteLimit(fileSize, options));
    let read = 0;
    const onBytes = (count: number) => {
      read += count;
      options.onProgress?.(Math.min(1, read / total));
    };
    const result = await use({
      path,
      names: [...entries.keys()],
      async open(name) {
        const entry = entries.get(name);
        if (entry === undefined) return undefined;
        const place = { path, part: name };
        if (!entry.canDecodeFileData()) {
          const how = entry.isEncrypted()
            ? 'is encrypted'
            : `is packed by zip method ${entry.compressionMethod}`;
          throw unsupported(place, `${how}; stored and deflated entries are read`);
        }
        const stream = await asInvalid(place, zip.openReadStreamPromise(entry));
        const source = streamSource(
          stream,
          { size: entry.uncompressedSize, crc: entry.crc32 },
          place,
          options,
          onBytes,
        );
        opened.push(source);
        return source;
      },
    });
    // Entries that were of no interest count as read.
    options.onProgress?.(1);
    return result;
  } finally {
    for (const source of opened) source.close();
    zip.close();
  }
}

async function entriesOf(zip: ZipFile, path: string): Promise<Map<string, Entry>> {
  if (zip.entryCount > MOST_ENTRIES) {
    throw invalid({ path }, `holds ${zip.entryCount} entries; at most ${MOST_ENTRIES} are read`);
  }
  const entries = new Map<string, Entry>();
  const all = zip.eachEntry();
  for (;;) {
    const next = await asInvalid({ path }, all.next());
    if (next.done === true) return entries;
    const name = next.value.fileName.replace(/\.npy$/, '');
    if (entries.has(name)) throw invalid({ path }, `holds two entries named ${JSON.stringify(name)}`);
    entries.set(name, next.value);
  }
}

/** Refuses what would fill the memory before any of it is unpacked; returns the unpacked size of all entries. */
function checkSizes(entries: ReadonlyMap<string, Entry>, path: string, maxBytes: number): number {
  let total = 0;
  for (const [name, { compressedSize, uncompressedSize }] of entries) {
    if (!Number.isSafeInteger(uncompressedSize) || uncompressedSize > LARGEST_RATIO * (compressedSize + 1)) {
      throw invalid(
        { path, part: name },
        `declares ${uncompressedSize} bytes, more than ${compressedSize} packed bytes can hold`,
      );
    }
    total += uncompressedSize;
  }
  if (total > maxBytes) {
    throw invalid(
      { path },
      `unpacks to ${total} bytes, above the limit of ${maxBytes}; raise maxBytes if the file is from a trusted source`,
    );
  }
  return total;
}

/** Errors of the zip library say what is wrong with the archive. */
async function asInvalid<T>(place: Place, pending: Promise<T>): Promise<T> {
  try {
    return await pending;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw invalid(place, `is not a readable zip archive: ${problem}`, error);
  }
}
