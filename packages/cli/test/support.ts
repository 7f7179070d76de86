import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli } from '../src/index.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Real matrices that may lie beside the repository. */
export const DATA = process.env.SPARSEK_DATA ?? resolve(ROOT, '../shared/data');
export const dataMissing = existsSync(DATA) ? undefined : `no real matrices at ${DATA} (set SPARSEK_DATA)`;

const python = spawnSync('python3', ['-c', 'import numpy, scipy'], { encoding: 'utf8' });
export const pythonMissing =
  python.status === 0
    ? undefined
    : `no python3 with NumPy and SciPy: ${(python.stderr ?? '').trim().split('\n').at(-1)}`;

export function runPython(code: string, ...args: readonly string[]): string {
  const result = spawnSync('python3', ['-c', code, ...args], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout;
}

/** A folder for one test file, and the way to remove it. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'sparsek-cli-'));
  return {
    path,
    file: (name: string) => join(path, name),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line inside this process. */
export async function sparsek(args: readonly string[], signal = new AbortController().signal): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const code = await runCli(args, {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    signal,
  });
  return { code, ...written };
}
