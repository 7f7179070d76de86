import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { UnsupportedFormatError } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { readBsr, readDense, readMatrix, readNpyIntegers, readTensor } from '../../src/io/index.js';
import { COLUMNS, denseNumbers, EXPECTED, fixture, numbers, ROWS, temporaryFolder } from './support.js';

const scaled = EXPECTED.map((value) => Math.abs(value * 4));
const goldens = (name: string): number[] => JSON.parse(readFileSync(fixture(name), 'utf8')).flat();

/** The stored entries of an archive without deflate, by the sizes in its central directory. */
function unzipped(name: string): Record<string, Buffer> {
  const bytes = readFileSync(fixture(name));
  const entries: Record<string, Buffer> = {};
  for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4)) {
    const size = bytes.readUInt32LE(at + 24);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const text = bytes.toString('latin1', at + 46, at + 46 + bytes.readUInt16LE(at + 28));
    entries[text] = bytes.subarray(start, start + size);
  }
  return entries;
}

describe('npz as SciPy writes it', () => {
  it.each([
    ['csr-f4.npz', 'csr', 'f32'],
    ['csr-f8.npz', 'csr', 'f32'],
    ['csc-f4.npz', 'csc', 'f32'],
    ['csc-f8.npz', 'csc', 'f32'],
    ['coo-f4.npz', 'coo', 'f32'],
    ['coo-f8.npz', 'coo', 'f32'],
    ['coo-coords.npz', 'coo', 'f32'],
    ['coo-coords-fortran.npz', 'coo', 'f32'],
    ['csr-text-format.npz', 'csr', 'f32'],
    ['csr-surplus.npz', 'csr', 'f32'],
    ['bsr-f4.npz', 'bsr', 'f32'],
    ['bsr-f4-stored.npz', 'bsr', 'f32'],
    ['bsr-matrix.npz', 'bsr', 'f32'],
    ['bsr-1x1.npz', 'bsr', 'f32'],
    ['bsr-i8.npz', 'bsr', 'f32'],
    ['bsr-f2.npz', 'bsr', 'f16'],
    ['bsr-unsorted.npz', 'bsr', 'f32'],
  ])('reads %s as %s of %s', async (name, kind, dtype) => {
    const matrix = await readMatrix(fixture(name));
    expect(matrix).toMatchObject({ kind, dtype, shape: [ROWS, COLUMNS] });
    expect(numbers(matrix)).toEqual(EXPECTED);
  });

  it('keeps block shape and structure, sorted', async () => {
    for (const name of ['bsr-f4.npz', 'bsr-unsorted.npz']) {
      const matrix = await readMatrix(fixture(name));
      if (matrix.kind !== 'bsr') throw new Error(matrix.kind);
      expect(matrix.blockShape).toEqual([2, 4]);
      expect([...matrix.indptr]).toEqual([0, 2, 3, 5]);
      expect([...matrix.indices]).toEqual([0, 1, 0, 0, 1]);
    }
  });

  it('reads integers and booleans as f32', async () => {
    expect(numbers(await readMatrix(fixture('csr-i2.npz')))).toEqual(EXPECTED.map((value) => value * 4));
    expect(numbers(await readMatrix(fixture('csr-bool.npz')))).toEqual(
      EXPECTED.map((value) => Number(value !== 0)),
    );
  });

  it('reads values that NumPy saved in Fortran order', async () => {
    const matrix = await readMatrix(fixture('bsr-fortran.npz'));
    expect(numbers(matrix)).toEqual([...EXPECTED.slice(0, 4), ...EXPECTED.slice(COLUMNS, COLUMNS + 4)]);
  });

  it('reads empty matrices', async () => {
    expect(await readMatrix(fixture('csr-empty.npz'))).toMatchObject({
      shape: [5, 7],
      indices: new Int32Array(0),
    });
    expect(await readMatrix(fixture('csr-no-rows.npz'))).toMatchObject({
      shape: [0, 4],
      indptr: Int32Array.of(0),
    });
  });

  it('gives the dtype and block shape that are asked for', async () => {
    for (const name of [
      'csr-f8.npz',
      'csc-f4.npz',
      'coo-f4.npz',
      'bsr-f4.npz',
      'bsr-f2.npz',
      'general.mtx',
    ]) {
      const matrix = await readMatrix(fixture(name), { dtype: 'bf16', blockShape: [4, 3] });
      expect(matrix).toMatchObject({ kind: 'bsr', dtype: 'bf16', blockShape: [4, 3] });
      expect(numbers(matrix)).toEqual(EXPECTED);
    }
  });

  it('tells about its progress', async () => {
    const fractions: number[] = [];
    await readMatrix(fixture('bsr-f4.npz'), { onProgress: (fraction) => fractions.push(fraction) });
    expect(fractions.length).toBeGreaterThan(3);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  it('reads archives in zip64 form', async () => {
    const zip = new ZipFile();
    for (const entry of Object.entries(unzipped('bsr-f4-stored.npz'))) {
      zip.addBuffer(entry[1], entry[0], { forceZip64Format: true, compress: true });
    }
    zip.end({ forceZip64Format: true, comment: '' });
    const folder = temporaryFolder();
    await writeFile(folder.file('zip64.npz'), zip.outputStream);
    expect(numbers(await readMatrix(folder.file('zip64.npz')))).toEqual(EXPECTED);
    folder.remove();
  });

  it('refuses or adds duplicates', async () => {
    const path = fixture('coo-duplicates.npz');
    await expect(readMatrix(path)).rejects.toThrow(/entries 0 and 2 .*row 1, column 2/);
    expect(numbers(await readMatrix(path, { duplicates: 'sum' }))).toEqual([1, 0, 0, 0, 0, 2]);
  });
});

describe('npy as NumPy writes it', () => {
  it.each(['le-f4', 'be-f4', 'le-f8', 'be-f8', 'version-2', 'version-3'])('reads %s as f32', async (name) => {
    const matrix = await readMatrix(fixture(`${name}.npy`));
    expect(matrix).toMatchObject({ kind: 'dense', dtype: 'f32', order: 'row' });
    expect(numbers(matrix)).toEqual(EXPECTED);
  });

  it.each(['le-f2', 'be-f2'])('reads %s as f16', async (name) => {
    const matrix = await readMatrix(fixture(`${name}.npy`));
    expect(matrix.kind === 'dense' && matrix.dtype).toBe('f16');
    expect(numbers(matrix)).toEqual(EXPECTED);
  });

  it.each(['le-i8', 'be-i4', 'le-u2', 'u1', 'i1', 'le-u8'])('reads %s as f32', async (name) => {
    expect(numbers(await readMatrix(fixture(`${name}.npy`)))).toEqual(scaled);
  });

  it('reads booleans, Fortran order without a transposition, and no rows', async () => {
    expect(numbers(await readMatrix(fixture('bool.npy')))).toEqual(
      EXPECTED.map((value) => Number(value !== 0)),
    );
    const fortran = await readDense(fixture('fortran.npy'));
    expect(fortran.order).toBe('column');
    expect(denseNumbers(fortran)).toEqual(EXPECTED);
    expect((await readDense(fixture('no-rows.npy'))).shape).toEqual([0, 3]);
  });

  it('reads bfloat16 words where they are asked for, and only there', async () => {
    expect(numbers(await readMatrix(fixture('raw2.npy')))).toEqual(EXPECTED);
    const words = await readDense(fixture('le-u2.npy'), { dtype: 'bf16' });
    expect([...words.values]).toEqual(scaled);
  });

  it('reads arrays of any number of axes, last axis fastest', async () => {
    const tensor = await readTensor(fixture('fortran-3d.npy'));
    expect(tensor.shape).toEqual([2, 3, 8]);
    expect([...tensor.values]).toEqual(EXPECTED);
    expect(await readTensor(fixture('scalar.npy'))).toMatchObject({
      shape: [],
      values: Float32Array.of(2.5),
    });
    expect((await readTensor(fixture('vector.npy'))).shape).toEqual([COLUMNS]);
  });
});

describe('integers', () => {
  it.each(['le-i8', 'be-i4', 'le-u2', 'u1', 'i1', 'le-u8'])('are read exactly from %s', async (name) => {
    const { shape, values } = await readNpyIntegers(fixture(`${name}.npy`));
    expect(shape).toEqual([ROWS, COLUMNS]);
    expect([...values]).toEqual(scaled);
  });

  it('are not floats', async () => {
    await expect(readNpyIntegers(fixture('le-f4.npy'))).rejects.toThrow(/float32; integers are expected/);
  });
});

describe('mtx as SciPy writes it', () => {
  it('reads coordinates', async () => {
    const matrix = await readMatrix(fixture('general.mtx'));
    expect(matrix).toMatchObject({ kind: 'coo', dtype: 'f32' });
    expect(numbers(matrix)).toEqual(EXPECTED);
    expect(numbers(await readMatrix(fixture('integer.mtx')))).toEqual(EXPECTED.map((value) => value * 4));
    expect(numbers(await readMatrix(fixture('unsigned.mtx')))).toEqual(scaled);
  });

  it('reads patterns', async () => {
    const matrix = await readMatrix(fixture('pattern.mtx'));
    expect(matrix).toMatchObject({ kind: 'pattern', blockShape: [1, 1] });
    expect(numbers(matrix)).toEqual(EXPECTED.map((value) => Number(value !== 0)));
    expect((await readBsr(fixture('pattern.mtx'), { dtype: 'f16' })).dtype).toBe('f16');
  });

  it.each(['symmetric', 'skew'])('unfolds %s matrices', async (name) => {
    expect(numbers(await readMatrix(fixture(`${name}.mtx`)))).toEqual(goldens(`${name}.json`));
    expect(numbers(await readMatrix(fixture(`array-${name}.mtx`))).map((value) => value + 0)).toEqual(
      goldens(`${name}.json`),
    );
  });

  it('reads dense arrays', async () => {
    const matrix = await readMatrix(fixture('array.mtx'));
    expect(matrix).toMatchObject({ kind: 'dense', order: 'column' });
    expect(numbers(matrix)).toEqual(EXPECTED);
  });
});

describe('what is not a real matrix', () => {
  it.each([
    ['complex.mtx', /complex/],
    ['complex.npz', /data: holds complex numbers/],
    ['complex.npy', /complex numbers/],
    ['dia.npz', /"dia"/],
    ['text.npy', /strings/],
    ['objects.npy', /Python objects/],
    ['fields.npy', /several fields/],
  ])('refuses %s by name', async (name, message) => {
    const failure = readMatrix(fixture(name)).catch((error: unknown) => error);
    expect(await failure).toSatisfy(UnsupportedFormatError.isInstance);
    await expect(readMatrix(fixture(name))).rejects.toThrow(message);
  });
});
