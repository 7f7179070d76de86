import { invalid } from '../bytes/place.js';
import type { ReadOptions } from '../options.js';

const DEFAULT_BYTES = 256 * 2 ** 20;
const DEFAULT_RATIO = 64;

/** How many bytes the content of a file may take in memory. */
export function byteLimit(fileSize: number, options: ReadOptions): number {
  return options.maxBytes ?? Math.max(DEFAULT_BYTES, DEFAULT_RATIO * fileSize);
}

/** Refuses extents whose offsets alone would fill the memory, though the file holds next to nothing. */
export function checkExtent(
  extent: number,
  file: { readonly path: string; readonly size: number },
  options: ReadOptions,
): void {
  const limit = byteLimit(file.size, options);
  if ((extent + 1) * Int32Array.BYTES_PER_ELEMENT > limit) {
    throw invalid(
      file,
      `declares an extent of ${extent}, whose offsets alone pass the limit of ${limit} bytes; raise maxBytes if that is right`,
    );
  }
}
