import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for one test file, and the way to remove it. */
export function temporaryFolder(): {
  readonly path: string;
  readonly file: (name: string) => string;
  remove(): void;
} {
  const path = mkdtempSync(join(tmpdir(), 'sparsek-'));
  return {
    path,
    file: (name) => join(path, name),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
