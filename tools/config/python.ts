import { spawnSync } from 'node:child_process';

const found = spawnSync('python3', ['-c', 'import numpy, scipy'], { encoding: 'utf8' });

/** Why tests against SciPy cannot run here; undefined where they can. */
export const pythonMissing =
  found.status === 0
    ? undefined
    : `no python3 with NumPy and SciPy: ${found.error?.message ?? found.stderr.trim().split('\n').at(-1)}`;

/** What the program prints; throws with what it says when it fails. */
export function runPython(code: string, ...args: readonly string[]): string {
  const result = spawnSync('python3', ['-c', code, ...args], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout;
}
