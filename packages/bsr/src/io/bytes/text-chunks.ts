import type { RunOptions } from '@sparsek/types';
import { isBlank } from './blank.js';
import { fileSource, type OpenFile } from './open-file.js';
import { invalid, type Place } from './place.js';

const CHUNK_BYTES = 1 << 20;

/** Where a text may be cut. */
export type Boundary = 'line' | 'space';

/**
 * A text file in pieces of about 1 MiB, each ending right after a line's end or, for `space`, after white space; only
 * the last piece may end elsewhere. A piece is overwritten by the next one.
 */
export async function* textChunks(
  file: OpenFile,
  boundary: Boundary,
  place: Place,
  options: RunOptions,
): AsyncGenerator<Uint8Array> {
  const source = fileSource(file, place, options);
  const buffer = new Uint8Array(CHUNK_BYTES);
  let kept = 0;
  while (source.remaining > 0) {
    const length = kept + Math.min(CHUNK_BYTES - kept, source.remaining);
    await source.readInto(buffer.subarray(kept, length));
    const end = source.remaining === 0 ? length : lastCut(buffer, length, boundary);
    if (end === 0)
      throw invalid(place, `holds a ${boundary === 'line' ? 'line' : 'word'} of more than 1 MiB`);
    yield buffer.subarray(0, end);
    buffer.copyWithin(0, end, length);
    kept = length - end;
  }
}

/** The place after the last boundary; 0 when there is none. */
function lastCut(buffer: Uint8Array, length: number, boundary: Boundary): number {
  for (let end = length; end > 0; end--) {
    const byte = buffer[end - 1]!;
    if (byte === 0x0a || (boundary === 'space' && isBlank(byte))) return end;
  }
  return 0;
}
