import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DenseMatrix } from '@sparsek/types';
import { toFloat64 } from '../../src/index.js';
import { type LoadedMatrix, loadedToDense, patternToBsr } from '../../src/io/index.js';

export { pythonMissing, runPython } from '../../../../tools/config/python.js';
export { DATA, dataMissing } from '../../../../tools/config/real-data.js';
export { temporaryFolder } from '../../../../tools/config/temporary-folder.js';

export const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));
export const fixture = (name: string) => join(FIXTURES, name);

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
