import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VARIABLES = ['TMPDIR', 'TEMP', 'TMP'] as const;

/**
 * Vitest's global set-up: one temporary folder for everything that a run starts, browsers and Python included, removed at
 * the end. Hooks do not run in files whose tests are all skipped, so they cannot be what removes.
 */
export function setup(): () => void {
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  const folder = mkdtempSync(join(tmpdir(), 'sparsek-tests-'));
  for (const name of VARIABLES) process.env[name] = folder;
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Who interrupts a run ends it before the end.
  process.once('exit', remove);
  return () => {
    process.off('exit', remove);
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    remove();
  };
}
