import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { RunOptions } from '@sparsek/types';
import { invalid, type Place } from './place.js';
import type { ByteSource } from './source.js';

/** A regular file that is open for reading. */
export interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** In bytes. */
  readonly size: number;
}

/** Bytes that one system call reads, so that an abort takes effect soon. */
const CHUNK_BYTES = 1 << 24;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission is denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'it is a chain of symbolic links without an end',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open',
};

/** Without the second flag, opening a pipe would wait for somebody to write to it, and no abort would end that. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Opens a file for the time that `use` takes. */
export async function withFile<T>(path: string, use: (file: OpenFile) => Promise<T>): Promise<T> {
  let handle: FileHandle;
  try {
    handle = await open(path, READ);
  } catch (error) {
    throw invalid({ path }, `cannot be read: ${reasonOf(error)}`, error);
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw invalid({ path }, 'cannot be read: it is not a regular file');
    return await use({ path, handle, size: stat.size });
  } catch (error) {
    if (isSystemError(error)) throw invalid({ path }, `cannot be read: ${reasonOf(error)}`, error);
    throw error;
  } finally {
    await handle.close();
  }
}

/** The bytes `begin .. end - 1` of a file. */
export function fileSource(
  file: OpenFile,
  place: Place,
  options: RunOptions,
  begin = 0,
  end = file.size,
): ByteSource {
  let position = begin;
  return {
    get remaining() {
      return end - position;
    },
    async readInto(target) {
      for (let filled = 0; filled < target.length; ) {
        options.signal?.throwIfAborted();
        const wanted = Math.min(CHUNK_BYTES, target.length - filled, end - position);
        const read = wanted > 0 ? await readAt(file, target, filled, wanted, position) : 0;
        if (read === 0)
          throw invalid(place, `ends at byte ${position}, ${target.length - filled} bytes too early`);
        filled += read;
        position += read;
        options.onProgress?.(position / file.size);
      }
    },
  };
}

/** Reads at most `length` bytes at a position; 0 at the end of the file. */
export async function readAt(
  file: OpenFile,
  target: Uint8Array,
  offset: number,
  length: number,
  position: number,
): Promise<number> {
  const { bytesRead } = await file.handle.read(target, offset, length, position);
  return bytesRead;
}

/** Why a system call failed, in words. */
export function reasonOf(error: unknown): string {
  if (!isSystemError(error)) return error instanceof Error ? error.message : String(error);
  return REASONS[error.code] ?? `the system says ${error.code}`;
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}
