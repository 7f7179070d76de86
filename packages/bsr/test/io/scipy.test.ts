import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { randomPattern, withValues } from '../../src/index.js';
import { readMatrix, writeMatrix, writeTensor } from '../../src/io/index.js';
import { numbersOf } from '../arbitrary.js';
import { DATA, dataMissing, fixture, numbers, pythonMissing, runPython, temporaryFolder } from './support.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

if (pythonMissing !== undefined) console.warn(`skipped: ${pythonMissing}`);
if (dataMissing !== undefined) console.warn(`skipped: ${dataMissing}`);

const LOAD = `
import json, sys, numpy as np, scipy.io, scipy.sparse as sp
name = sys.argv[1]
if name.endswith(".npz"): a = sp.load_npz(name); print(a.format, type(a).__name__); a = a.toarray()
elif name.endswith(".npy"): a = np.load(name); print(a.dtype, a.flags.f_contiguous)
else: a = scipy.io.mmread(name); print(type(a).__name__); a = a.toarray() if sp.issparse(a) else a
print(json.dumps([list(a.shape), a.astype("f8").ravel().tolist()]))
`;

function load(name: string): { kind: string; shape: number[]; values: number[] } {
  const [kind = '', json = ''] = runPython(LOAD, folder.file(name)).split('\n');
  const [shape, values] = JSON.parse(json);
  return { kind, shape, values };
}

describe.skipIf(pythonMissing !== undefined)('SciPy reads what is written here', () => {
  const options = { shape: [24, 40], blockShape: [4, 8], density: 0.4, seed: 7 } as const;
  const matrix = withValues(randomPattern(options), { seed: 7, stream: 1, dtype: 'f32' });

  it.each([false, true])('BSR (compress: %s)', async (compress) => {
    await writeMatrix(folder.file('a.npz'), matrix, { compress });
    expect(load('a.npz')).toEqual({ kind: 'bsr bsr_array', shape: [24, 40], values: numbersOf(matrix) });
  });

  it.each(['f16', 'bf16'] as const)('%s, as float32, since SciPy has no such matrices', async (dtype) => {
    const half = withValues(randomPattern(options), { seed: 7, stream: 1, dtype });
    await writeMatrix(folder.file('h.npz'), half);
    expect(load('h.npz')).toEqual({ kind: 'bsr bsr_array', shape: [24, 40], values: numbersOf(half) });
  });

  it('ragged BSR, padded to whole blocks', async () => {
    const ragged = withValues(randomPattern({ ...options, shape: [23, 37] }), {
      seed: 7,
      stream: 1,
      dtype: 'f32',
    });
    await writeMatrix(folder.file('r.npz'), ragged);
    const { shape, values } = load('r.npz');
    expect(shape).toEqual([24, 40]);
    const expected = numbersOf(ragged);
    expect(values).toEqual(
      Array.from({ length: 24 * 40 }, (_, n) => {
        const [i, j] = [Math.floor(n / 40), n % 40];
        return i < 23 && j < 37 ? expected[i * 37 + j]! : 0;
      }),
    );
  });

  it('CSR, CSC and COO', async () => {
    for (const kind of ['csr', 'csc', 'coo']) {
      const read = await readMatrix(fixture(`${kind}-f4.npz`));
      await writeMatrix(folder.file(`${kind}.npz`), read);
      expect(load(`${kind}.npz`)).toEqual({
        kind: `${kind} ${kind}_array`,
        shape: [6, 8],
        values: numbers(read),
      });
    }
  });

  it('npy in both orders, and tensors', async () => {
    await writeMatrix(folder.file('c.npy'), matrix);
    expect(load('c.npy')).toEqual({ kind: 'float32 False', shape: [24, 40], values: numbersOf(matrix) });
    await writeMatrix(folder.file('f.npy'), await readMatrix(fixture('fortran.npy')));
    expect(load('f.npy')).toMatchObject({ kind: 'float32 True', shape: [6, 8] });
    await writeTensor(folder.file('t.npy'), {
      shape: [2, 1, 3],
      dtype: 'f32',
      values: Float32Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(load('t.npy')).toEqual({ kind: 'float32 False', shape: [2, 1, 3], values: [1, 2, 3, 4, 5, 6] });
  });

  it('mtx: entries, patterns and arrays', async () => {
    await writeMatrix(folder.file('m.mtx'), matrix);
    expect(load('m.mtx')).toEqual({ kind: 'coo_matrix', shape: [24, 40], values: numbersOf(matrix) });
    const pattern = await readMatrix(fixture('pattern.mtx'));
    await writeMatrix(folder.file('p.mtx'), pattern);
    expect(load('p.mtx')).toMatchObject({ kind: 'coo_matrix', values: numbers(pattern) });
    const array = await readMatrix(fixture('array.mtx'));
    await writeMatrix(folder.file('d.mtx'), array);
    expect(load('d.mtx')).toEqual({ kind: 'ndarray', shape: [6, 8], values: numbers(array) });
  });
});

const MATRICES = [
  'bcsstk13',
  '494_bus',
  'cryg2500',
  'jagmesh7',
  'ash219',
  'bp_1200',
  'dwt_878',
  'cage5',
  'b1_ss',
  'karate',
  'full_symmetric',
  'n1024-l1',
  'n1024-l6',
  'sparse-images-1024_subset',
];
const SUMMARY = `
import sys, json, numpy as np, scipy.io, scipy.sparse as sp
a = sp.coo_array(scipy.io.mmread(sys.argv[1])).astype("f4").tocsr()
a.sort_indices()
print(json.dumps([list(a.shape), a.nnz, a.indptr.tolist(), a.indices.tolist()]))
a.data.tofile(sys.argv[2])
`;

describe.skipIf(dataMissing !== undefined || pythonMissing !== undefined)('real Matrix Market files', () => {
  it.each(MATRICES)('%s is what SciPy reads, to the last bit', async (name) => {
    const { loadedToCsr } = await import('../../src/io/index.js');
    const { bsrFromArrays } = await import('../../src/index.js');
    const loaded = loadedToCsr(await readMatrix(`${DATA}/${name}.mtx`));
    const csr = bsrFromArrays({ ...loaded, blockShape: [1, 1] }, { sort: true });
    const [shape, entries, indptr, indices] = JSON.parse(
      runPython(SUMMARY, `${DATA}/${name}.mtx`, folder.file('data')),
    );
    expect(csr.shape).toEqual(shape);
    expect(csr.indices.length).toBe(entries);
    expect([...csr.indptr]).toEqual(indptr);
    expect([...csr.indices]).toEqual(indices);
    expect(
      Buffer.from(csr.values.buffer, csr.values.byteOffset, csr.values.byteLength).equals(
        readFileSync(folder.file('data')),
      ),
    ).toBe(true);
  });
});

describe.skipIf(dataMissing !== undefined)('real files', () => {
  it('refuses a file without a header', async () => {
    await expect(readMatrix(`${DATA}/full_noheader.mtx`)).rejects.toThrow(/line 1: expected "%%MatrixMarket/);
  });

  it.each([
    ['dlmc-attn-q.smtx', 512, 512],
    ['dlmc-ffn-nnz159.smtx', 2048, 512],
    ['dlmc-ffn-empty.smtx', 2048, 512],
  ])('reads %s', async (name, rows, columns) => {
    const pattern = await readMatrix(`${DATA}/${name}`);
    expect(pattern).toMatchObject({ kind: 'pattern', shape: [rows, columns], blockShape: [1, 1] });
    if (name.includes('159')) expect(pattern.kind === 'pattern' && pattern.indices.length).toBe(159);
    if (name.includes('empty')) expect(pattern.kind === 'pattern' && pattern.indices.length).toBe(0);
  });
});
