import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  access,
  chmod,
  type FileHandle,
  open,
  readlink,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InvalidFileError, SparsekError } from '@sparsek/types';
import type { WriteOptions } from '../options.js';
import { isSystemError, reasonOf } from './open-file.js';

/** Where a writer puts its bytes. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
}

const CHUNK_BYTES = 1 << 24;
const PERMISSIONS = 0o777;
/** Names have at most 255 bytes, and a character at most 4. */
const LONGEST_STEM = 40;
/** Writes shorter than this are gathered. */
const BUFFER_BYTES = 1 << 18;

/**
 * Runs `produce` and lets what it writes appear under `path` only when it has finished: the bytes go to a temporary
 * file in the same folder that is renamed at the end, or removed when anything fails or is aborted. A path that is a
 * pipe or a device is written to directly.
 *
 * @throws InvalidFileError when the file cannot be written.
 */
export async function writeAtomically(
  path: string,
  options: WriteOptions,
  produce: (sink: ByteSink) => Promise<void>,
): Promise<void> {
  options.signal?.throwIfAborted();
  try {
    const target = await targetOf(path);
    if (target.replace) await replaceFile(target, options, produce);
    else await withHandle(target.path, 'w', options, produce);
  } catch (error) {
    if (SparsekError.isInstance(error) || !isSystemError(error)) throw error;
    const reason = error.code === 'ENOENT' ? 'its folder does not exist' : reasonOf(error);
    throw new InvalidFileError(path, `cannot be written: ${reason}`, { cause: error });
  }
}

interface Target {
  readonly path: string;
  /** Whether a new file takes its place; pipes and devices are written to. */
  readonly replace: boolean;
  /** Permissions of the file that is replaced. */
  readonly mode?: number;
}

/** Links are followed, so that the file they point to is replaced and not the link. */
async function targetOf(path: string): Promise<Target> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new InvalidFileError(path, 'cannot be written: it is a folder');
    if (!found.isFile()) return { path, replace: false };
    // Renaming would also replace a file that may not be written to.
    await access(path, constants.W_OK);
    return { path: await realpath(path), replace: true, mode: found.mode & PERMISSIONS };
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return { path: await linkEnd(path), replace: true };
    throw error;
  }
}

/** Where a link leads at which there is nothing yet; the path itself when it is no link. */
async function linkEnd(path: string): Promise<string> {
  const next = await readlink(path).catch(() => undefined);
  return next === undefined ? path : linkEnd(resolve(await realpath(dirname(path)), next));
}

async function replaceFile(
  { path, mode }: Target,
  options: WriteOptions,
  produce: (sink: ByteSink) => Promise<void>,
): Promise<void> {
  const suffix = `${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
  const temporary = join(dirname(path), `.${basename(path).slice(0, LONGEST_STEM)}.${suffix}`);
  let done = false;
  try {
    // `wx`: never follow or overwrite what somebody else put there.
    await withHandle(temporary, 'wx', options, produce);
    options.signal?.throwIfAborted();
    if (mode !== undefined) await chmod(temporary, mode);
    await rename(temporary, path);
    done = true;
  } finally {
    if (!done) await unlink(temporary).catch(ignoreMissing);
  }
}

async function withHandle(
  path: string,
  flags: 'w' | 'wx',
  options: WriteOptions,
  produce: (sink: ByteSink) => Promise<void>,
): Promise<void> {
  const handle = await open(path, flags);
  try {
    const { sink, flush } = bufferedSink((bytes) => writeAll(handle, bytes, options));
    await produce(sink);
    await flush();
    // Without this, a power cut after the rename could leave an empty file under the final name.
    if (flags === 'wx') await handle.sync();
  } finally {
    await handle.close();
  }
}

function bufferedSink(write: (bytes: Uint8Array) => Promise<void>): {
  sink: ByteSink;
  flush: () => Promise<void>;
} {
  const buffer = new Uint8Array(BUFFER_BYTES);
  let used = 0;
  const flush = async () => {
    await write(buffer.subarray(0, used));
    used = 0;
  };
  const sink: ByteSink = {
    async write(bytes) {
      if (used + bytes.length > BUFFER_BYTES) await flush();
      if (bytes.length > BUFFER_BYTES) return write(bytes);
      buffer.set(bytes, used);
      used += bytes.length;
    },
  };
  return { sink, flush };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, options: WriteOptions): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    options.signal?.throwIfAborted();
    const { bytesWritten } = await handle.write(
      bytes,
      written,
      Math.min(CHUNK_BYTES, bytes.length - written),
    );
    written += bytesWritten;
  }
}

function ignoreMissing(error: unknown): void {
  if (!isSystemError(error) || error.code !== 'ENOENT') throw error;
}
