import { readdirSync, readFileSync } from 'node:fs';
import { chmod, lstat, stat, symlink, writeFile } from 'node:fs/promises';
import { type DenseMatrix, DTYPES } from '@sparsek/types';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { bsrToCsr, bsrToDense, csrFromCoo, fromNumbers, randomPattern, withValues } from '../../src/index.js';
import { byteViews } from '../../src/io/bytes/views.js';
import {
  listSafetensors,
  readDense,
  readMatrix,
  readTensor,
  writeAtomically,
  writeMatrix,
  writeNpy,
  writeSafetensorsFile,
  writeTensor,
} from '../../src/io/index.js';
import { anyBsr, anyDtype, numbersOf } from '../arbitrary.js';
import { denseNumbers, numbers, temporaryFolder } from './support.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const runs = { numRuns: 40, seed: 20 };
/** Both ways of JavaScript to write a number drop the sign of zero. */
const spell = (value: number, i: number) =>
  (Object.is(value, -0) ? '-' : '') + (i % 2 === 0 ? String(value) : value.toExponential());

describe('what is written reads back', () => {
  it.each([false, true])('BSR through npz, bit for bit (compress: %s)', async (compress) => {
    const path = folder.file('a.npz');
    await fc.assert(
      fc.asyncProperty(anyBsr(), async (matrix) => {
        await writeMatrix(path, matrix, { compress });
        expect(await readMatrix(path)).toEqual({ kind: 'bsr', ...matrix });
      }),
      runs,
    );
  });

  it('CSR, CSC and COO through npz', async () => {
    const path = folder.file('b.npz');
    await fc.assert(
      fc.asyncProperty(anyBsr(), async (matrix) => {
        const csr = bsrToCsr(matrix);
        await writeMatrix(path, { kind: 'csr', ...csr });
        expect(await readMatrix(path)).toEqual({ kind: 'csr', ...csr });
        const { shape, dtype, indptr, indices, values } = csr;
        const csc = {
          kind: 'csc' as const,
          shape: [shape[1], shape[0]] as const,
          dtype,
          indptr,
          indices,
          values,
        };
        await writeMatrix(path, csc);
        expect(await readMatrix(path)).toEqual(csc);
      }),
      runs,
    );
  });

  it('sparse matrices through mtx', async () => {
    const path = folder.file('c.mtx');
    await fc.assert(
      fc.asyncProperty(anyBsr(), async (matrix) => {
        await writeMatrix(path, matrix);
        const read = await readMatrix(path, { dtype: matrix.dtype });
        if (read.kind !== 'coo') throw new Error(read.kind);
        expect(csrFromCoo(read)).toEqual(bsrToCsr(matrix));
      }),
      runs,
    );
  });

  it('any matrix as a dense one through npy, mtx and safetensors', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyBsr(),
        fc.constantFrom('row' as const, 'column' as const),
        async (matrix, order) => {
          const dense = bsrToDense(matrix, { order });
          for (const name of ['d.npy', 'd.mtx', 'd.safetensors#layer.weight']) {
            await writeMatrix(folder.file(name), dense);
            const read = await readDense(folder.file(name), { dtype: matrix.dtype });
            expect(read.shape).toEqual(matrix.shape);
            expect(denseNumbers(read)).toEqual(numbersOf(matrix));
          }
          await writeMatrix(folder.file('e.npy'), matrix);
          expect(denseNumbers(await readDense(folder.file('e.npy'), { dtype: matrix.dtype }))).toEqual(
            numbersOf(matrix),
          );
        },
      ),
      runs,
    );
  });

  it('a view with a leading dimension, packed', async () => {
    const view: DenseMatrix = {
      shape: [2, 3],
      dtype: 'f32',
      values: Float32Array.from({ length: 10 }, (_, i) => i),
      leadingDimension: 5,
    };
    for (const name of ['v.npy', 'v.mtx', 'v.safetensors#v']) {
      await writeMatrix(folder.file(name), view);
      expect(denseNumbers(await readDense(folder.file(name)))).toEqual([0, 1, 2, 5, 6, 7]);
    }
  });

  it('patterns through smtx and mtx', async () => {
    await fc.assert(
      fc.asyncProperty(anyBsr({ blockShape: [1, 1] }), async ({ shape, indptr, indices }) => {
        const pattern = { kind: 'pattern' as const, shape, blockShape: [1, 1] as const, indptr, indices };
        for (const name of ['f.smtx', 'f.mtx']) {
          await writeMatrix(folder.file(name), pattern);
          expect(await readMatrix(folder.file(name))).toEqual(pattern);
        }
      }),
      runs,
    );
  });

  it('where a matrix has entries, through smtx', async () => {
    await fc.assert(
      fc.asyncProperty(anyBsr(), async (matrix) => {
        await writeMatrix(folder.file('g.smtx'), matrix);
        const { indptr, indices } = bsrToCsr(matrix);
        expect(await readMatrix(folder.file('g.smtx'))).toMatchObject({ kind: 'pattern', indptr, indices });
      }),
      runs,
    );
  });

  it('tensors of any number of axes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 }),
        anyDtype,
        async (shape, dtype) => {
          const count = shape.reduce((product, extent) => product * extent, 1);
          const values = fromNumbers(
            Array.from({ length: count }, (_, i) => i - 3),
            dtype,
          );
          const tensor = { shape, dtype, values };
          await writeTensor(folder.file('t.npy'), tensor);
          expect(await readTensor(folder.file('t.npy'), { dtype })).toEqual(tensor);
          await writeTensor(folder.file('t.safetensors#q'), tensor);
          expect(await readTensor(folder.file('t.safetensors#q'))).toEqual(tensor);
        },
      ),
      runs,
    );
  });

  it('every float64 that a mtx file can hold, rounded once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 50 }),
        anyDtype,
        async (values, dtype) => {
          const spelled = values.map(spell);
          await writeFile(
            folder.file('h.mtx'),
            `%%MatrixMarket matrix array real general\n${values.length} 1\n${spelled.join('\n')}\n`,
          );
          expect([...(await readDense(folder.file('h.mtx'), { dtype })).values]).toEqual([
            ...fromNumbers(values, dtype),
          ]);
        },
      ),
      { numRuns: 200, seed: 21 },
    );
  });
});

describe('safetensors with several tensors', () => {
  it('finds each by name and lists them', async () => {
    const path = folder.file('many.safetensors');
    const tensors = Object.fromEntries(
      DTYPES.map((dtype, i) => [
        `layer.${i}#${dtype}`,
        {
          shape: [i + 1, 2],
          dtype,
          values: fromNumbers(
            Array.from({ length: 2 * i + 2 }, (_, n) => n + i),
            dtype,
          ),
        },
      ]),
    );
    await writeSafetensorsFile(path, tensors);
    for (const [name, tensor] of Object.entries(tensors))
      expect(await readTensor(`${path}#${name}`)).toEqual(tensor);
    expect((await listSafetensors(path)).map(({ name, dtype }) => `${name} ${dtype}`)).toEqual([
      'layer.0#f32 F32',
      'layer.1#f16 F16',
      'layer.2#bf16 BF16',
    ]);
    await expect(readMatrix(path)).rejects.toThrow(/name one of its tensors .*layer\.0#f32, layer\.1/);
    await expect(readMatrix(`${path}#other`)).rejects.toThrow(/has no tensor named "other"/);
  });
});

describe('writing', () => {
  const matrix: DenseMatrix = { shape: [1, 2], dtype: 'f32', values: Float32Array.of(1, 2) };
  const pattern = randomPattern({ shape: [12, 20], blockShape: [4, 4], density: 0.5, seed: 3 });
  const bsr = withValues(pattern, { seed: 3, dtype: 'f32' });

  it('gives equal files for equal matrices', async () => {
    await writeMatrix(folder.file('same-1.npz'), bsr, { compress: true });
    await writeMatrix(folder.file('same-2.npz'), bsr, { compress: true });
    expect(readFileSync(folder.file('same-1.npz')).equals(readFileSync(folder.file('same-2.npz')))).toBe(
      true,
    );
  });

  it('leaves the old file, and nothing else, when it fails', async () => {
    const path = folder.file('kept.npy');
    await writeFile(path, 'old');
    const failure = new Error('the producer failed');
    const broken = writeAtomically(path, {}, async (sink) => {
      await sink.write(new Uint8Array(1 << 20));
      throw failure;
    });
    await expect(broken).rejects.toBe(failure);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('stops when it is aborted, and leaves nothing', async () => {
    const reason = new Error('enough');
    for (const name of ['stop.npy', 'stop.npz', 'stop.mtx']) {
      const controller = new AbortController();
      const done = writeMatrix(folder.file(name), name.endsWith('npz') ? bsr : matrix, {
        signal: controller.signal,
      });
      controller.abort(reason);
      await expect(done).rejects.toBe(reason);
    }
    expect(readdirSync(folder.path).filter((name) => name.includes('stop'))).toEqual([]);
  });

  it('replaces the file that a link points to, not the link', async () => {
    await writeFile(folder.file('target.npy'), 'old');
    await symlink(folder.file('target.npy'), folder.file('link.npy'));
    await writeNpy(folder.file('link.npy'), matrix);
    expect(numbers(await readMatrix(folder.file('target.npy')))).toEqual([1, 2]);
  });

  it('writes the file that a link points to, where there is none yet', async () => {
    await symlink(folder.file('new.npy'), folder.file('first.npy'));
    await symlink('first.npy', folder.file('second.npy'));
    await writeMatrix(folder.file('second.npy'), {
      shape: [1, 1],
      dtype: 'f32',
      values: new Float32Array(1),
    });
    expect((await lstat(folder.file('second.npy'))).isSymbolicLink()).toBe(true);
    expect((await lstat(folder.file('first.npy'))).isSymbolicLink()).toBe(true);
    expect((await lstat(folder.file('new.npy'))).isFile()).toBe(true);
  });

  it('keeps the permissions of the file that it replaces, also under a long name', async () => {
    const path = folder.file(`${'長'.repeat(80)}.npy`);
    await writeFile(path, 'old', { mode: 0o640 });
    await chmod(path, 0o640);
    await writeMatrix(path, matrix);
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(numbers(await readMatrix(path))).toEqual([1, 2]);
  });

  it('cuts arrays into views of their bytes', () => {
    const array = Float32Array.of(1, 2, 3, 4, 5).subarray(1);
    const pieces = [...byteViews(array, 7)];
    expect(pieces.map((piece) => piece.length)).toEqual([7, 7, 2]);
    expect(Buffer.concat(pieces).equals(Buffer.from(array.buffer, 4, 16))).toBe(true);
    expect([...byteViews(new Float32Array(0))]).toEqual([]);
  });

  it.each([
    ['no-such-folder/x.npy', /cannot be written: its folder does not exist/],
    ['.', /cannot be written|extension is missing/],
    ['x.safetensors', /FILE\.safetensors#NAME/],
    ['x.safetensors#', /name of a tensor behind/],
    ['x.csv', /extension "\.csv" is not known/],
    ['x.npz', /a sparse matrix/],
    ['x.smtx', /a sparse matrix/],
  ])('refuses %s', async (name, message) => {
    await expect(writeMatrix(folder.file(name), matrix)).rejects.toThrow(message);
  });
});
