import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DenseMatrix } from '@sparsek/types';
import { toFloat64 } from '../../src/index.js';
import { type LoadedMatrix, loadedToDense, patternToBsr } from '../../src/io/index.js';

export const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));
export const fixture = (name: string) => join(FIXTURES, name);

/** Real matrices that may lie beside the repository. */
export const DATA =
  process.env.SPARSEK_DATA ??
  resolve(fileURLToPath(new URL('../../../../..', import.meta.url)), 'shared/data');
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
export function temporaryFolder(): {
  readonly path: string;
  readonly file: (name: string) => string;
  remove(): void;
} {
  const path = mkdtempSync(join(tmpdir(), 'sparsek-io-'));
  return {
    path,
    file: (name) => join(path, name),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** The matrix of all fixtures; the same rule stands in make_fixtures.py. */
export const ROWS = 6;
export const COLUMNS = 8;
export function fixtureValue(i: number, j: number): number {
  if ((3 * i + 5 * j) % 4 !== 0 || (i >= 2 && i < 4 && j >= 4)) return 0;
  return i === j - 1 ? 7.5 : (1 + i - j) / 4;
}
export const EXPECTED: readonly number[] = Array.from({ length: ROWS * COLUMNS }, (_, n) =>
  fixtureValue(Math.floor(n / COLUMNS), n % COLUMNS),
);

/** Row-major numbers of any matrix; patterns count as ones. */
export function numbers(matrix: LoadedMatrix): number[] {
  const valued: LoadedMatrix =
    matrix.kind === 'pattern' ? { kind: 'bsr', ...patternToBsr(matrix, 'f32') } : matrix;
  return denseNumbers(loadedToDense(valued));
}

export function denseNumbers({
  shape: [rows, columns],
  dtype,
  values,
  order,
  leadingDimension,
}: DenseMatrix): number[] {
  const wide = toFloat64(values, dtype);
  const stride = leadingDimension ?? (order === 'column' ? rows : columns);
  return Array.from({ length: rows * columns }, (_, n) => {
    const [row, column] = [Math.floor(n / columns), n % columns];
    return wide[order === 'column' ? column * stride + row : row * stride + column]!;
  });
}

/** A copy of a fixture in `to`, changed. */
export async function changed(
  name: string,
  to: string,
  change: (bytes: Buffer) => Uint8Array,
): Promise<string> {
  await writeFile(to, change(await readFile(fixture(name))));
  return to;
}
