import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { RunOptions } from '@sparsek/types';
import { invalid, type Place } from './place.js';
import type { ByteSource } from './source.js';

/** What an archive says about an entry. */
export interface DeclaredEntry {
  /** Length of the entry's content, in bytes. */
  readonly size: number;
  /** Checksum of the entry's content. */
  readonly crc: number;
}

/** An archive's entry, unpacked as it is read; `close` gives up what was not read. */
export interface EntrySource extends ByteSource {
  close(): void;
}

/**
 * Reads a stream as a source of bytes. No more than one piece of the stream is held at a time. When the last declared
 * byte has been read, the checksum is compared. `onBytes` is told how many bytes were taken.
 */
export function streamSource(
  stream: Readable,
  declared: DeclaredEntry,
  place: Place,
  options: Pick<RunOptions, 'signal'>,
  onBytes: (count: number) => void,
): EntrySource {
  // Without a listener, an error that comes between two reads would end the process; the next read throws it.
  stream.on('error', () => undefined);
  const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let piece: Uint8Array = new Uint8Array(0);
  let remaining = declared.size;
  let checksum = 0;

  async function nextPiece(): Promise<boolean> {
    options.signal?.throwIfAborted();
    try {
      const next = await pieces.next();
      if (next.done === true) return false;
      piece = next.value;
      checksum = crc32(piece, checksum);
      return true;
    } catch (error) {
      throw invalid(
        place,
        `cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`,
        error,
      );
    }
  }

  return {
    get remaining() {
      return remaining;
    },
    async readInto(target) {
      for (let filled = 0; filled < target.length; ) {
        if (piece.length === 0 && (remaining === 0 || !(await nextPiece()))) {
          throw invalid(place, `ends ${target.length - filled} bytes too early`);
        }
        const taken = Math.min(piece.length, target.length - filled);
        target.set(piece.subarray(0, taken), filled);
        piece = piece.subarray(taken);
        filled += taken;
        remaining -= taken;
        onBytes(taken);
      }
      if (remaining > 0) return;
      while (piece.length === 0 && (await nextPiece()));
      if (piece.length > 0 || checksum !== declared.crc) {
        throw invalid(place, 'is damaged: its checksum (CRC-32) differs from the one stored in the archive');
      }
    },
    close() {
      stream.destroy();
    },
  };
}
