import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { SparsekError } from '@sparsek/types';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkBsr, checkCoo, checkCsc, checkCsr, checkDense, checkPattern } from '../../src/index.js';
import { type LoadedMatrix, readMatrix, writeMatrix, writeTensor } from '../../src/io/index.js';
import { FIXTURES, fixture, temporaryFolder } from './support.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** What comes out of a file that was changed at random must hold together, whatever it says. */
function check(matrix: LoadedMatrix): void {
  if (matrix.kind === 'bsr') checkBsr(matrix);
  else if (matrix.kind === 'csr') checkCsr(matrix);
  else if (matrix.kind === 'csc') checkCsc(matrix);
  else if (matrix.kind === 'coo') checkCoo(matrix);
  else if (matrix.kind === 'dense') checkDense(matrix);
  else checkPattern(matrix);
}

const unhandled: unknown[] = [];
const remember = (error: unknown) => unhandled.push(error);
beforeAll(() => {
  process.on('uncaughtException', remember);
});
afterAll(() => {
  process.off('uncaughtException', remember);
});

const names = readdirSync(FIXTURES).filter((name) => extname(name) !== '.json');
const samples = new Map(names.map((name) => [name, readFileSync(fixture(name))]));

/** Bytes flipped, set, cut away, repeated or appended. */
const mutation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('flip' as const),
      at: fc.nat(),
      value: fc.integer({ min: 1, max: 255 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('digit' as const),
      at: fc.nat(),
      value: fc.integer({ min: 0x2d, max: 0x39 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), value: fc.nat(40) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), value: fc.nat(40) }),
  },
);

function mutate(bytes: Buffer, { kind, at, value }: { kind: string; at: number; value: number }): Buffer {
  const place = at % bytes.length;
  const end = Math.min(bytes.length, place + value);
  if (kind === 'cut') return Buffer.concat([bytes.subarray(0, place), bytes.subarray(end)]);
  if (kind === 'repeat') return Buffer.concat([bytes.subarray(0, end), bytes.subarray(place)]);
  const changed = Buffer.from(bytes);
  changed[place] = kind === 'flip' ? changed[place]! ^ value : value;
  return changed;
}

async function survives(bytes: Buffer, name: string): Promise<boolean> {
  const path = folder.file(`fuzz${extname(name.replace(/#.*/, ''))}`);
  await writeFile(path, bytes);
  try {
    check(await readMatrix(path));
    return true;
  } catch (error) {
    if (!SparsekError.isInstance(error)) throw error;
    return false;
  } finally {
    expect(unhandled).toEqual([]);
  }
}

describe('files changed at random', () => {
  it('give an error of this library or a matrix that holds together', async () => {
    await writeTensor(folder.file('s.safetensors#w'), {
      shape: [2, 3],
      dtype: 'f16',
      values: new Uint16Array(6),
    });
    await writeMatrix(folder.file('s.smtx'), await readMatrix(fixture('pattern.mtx')));
    for (const name of ['s.safetensors', 's.smtx']) samples.set(name, readFileSync(folder.file(name)));
    let read = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples.keys()),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        async (name, mutations) => {
          const bytes = mutations.reduce<Buffer>(
            (result, one) => (result.length > 0 ? mutate(result, one) : result),
            samples.get(name)!,
          );
          if (await survives(bytes, name)) read++;
          else refused++;
        },
      ),
      { numRuns: 1500, seed: 22 },
    );
    // Both must happen, or the changes are too weak or too strong to test anything.
    expect(read).toBeGreaterThan(150);
    expect(refused).toBeGreaterThan(150);
  }, 120_000);
});
