import { writeFile } from 'node:fs/promises';
import { InvalidFileError } from '@sparsek/types';
import { afterAll, expect } from 'vitest';
import { readMatrix } from '../../src/io/index.js';
import { temporaryFolder } from './support.js';

/** A folder for the files of one test file, and what writes one and gives its path. */
export function hostileFolder() {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  const written = async (name: string, bytes: Uint8Array | string): Promise<string> => {
    await writeFile(folder.file(name), bytes);
    return folder.file(name);
  };
  return { folder, written };
}

/** Reads as everybody would: the error must be an InvalidFileError that names the file. */
export async function refused(
  path: string,
  read: (path: string) => Promise<unknown> = readMatrix,
): Promise<string> {
  const error: unknown = await read(path).then(
    () => new Error('it was read'),
    (thrown: unknown) => thrown,
  );
  if (!InvalidFileError.isInstance(error)) throw error;
  expect(error.path).toBe(path.replace(/#.*/, ''));
  expect(error.message.startsWith(`${error.path}: `)).toBe(true);
  return error.message;
}
