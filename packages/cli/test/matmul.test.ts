import { normalValues, randomPattern, withValues } from '@sparsek/bsr';
import { readMatrix, writeMatrix } from '@sparsek/bsr/io';
import type { Dtype, Shape } from '@sparsek/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProduct, numbersIn } from './numbers.js';
import { DATA, dataMissing, pythonMissing, runPython, sparsek, temporaryFolder } from './support.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const file = (name: string) => folder.file(name);

if (pythonMissing !== undefined) console.warn(`skipped: ${pythonMissing}`);
if (dataMissing !== undefined) console.warn(`skipped: ${dataMissing}`);

async function writeDense(name: string, shape: Shape, seed: number, dtype: Dtype = 'f32'): Promise<string> {
  const values = normalValues(shape[0] * shape[1], { seed, dtype });
  await writeMatrix(file(name), { shape, dtype, values });
  return file(name);
}

async function writeSparse(
  name: string,
  shape: Shape,
  block: Shape,
  seed: number,
  dtype: Dtype = 'f32',
): Promise<string> {
  const pattern = randomPattern({ shape, blockShape: block, density: 0.3, seed });
  await writeMatrix(file(name), withValues(pattern, { seed, dtype }));
  return file(name);
}

async function done(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await sparsek(args);
  expect(stderr).not.toMatch(/^sparsek:/);
  expect(code).toBe(0);
  return stdout;
}

beforeAll(async () => {
  await writeSparse('a.npz', [48, 40], [8, 8], 1);
  await writeSparse('ragged.npz', [45, 37], [8, 4], 2);
  await writeSparse('b.npz', [40, 30], [8, 6], 3);
  await writeSparse('odd.npz', [40, 30], [5, 6], 4);
  await writeDense('x.npy', [40, 12], 5);
  await writeDense('y.npy', [9, 48], 6);
  await writeDense('z.npy', [37, 3], 7);
});

describe('products agree with float64', () => {
  it.each<[string, string, string]>([
    ['a.npz', 'x.npy', 'c.npy'],
    ['y.npy', 'a.npz', 'c.npy'],
    ['ragged.npz', 'z.npy', 'c.npy'],
    ['a.npz', 'b.npz', 'c.npy'],
    ['a.npz', 'b.npz', 'c.npz'],
    ['a.npz', 'odd.npz', 'c.npz'],
    ['a.npz', 'x.npy', 'c.npz'],
    ['a.npz', 'x.npy', 'c.mtx'],
    ['a.npz', 'x.npy', 'c.safetensors#product'],
  ])('%s * %s -> %s', async (a, b, c) => {
    await done(['matmul', file(a), file(b), file(c)]);
    const found = await numbersIn(file(c));
    const [left, right] = [await numbersIn(file(a)), await numbersIn(file(b))];
    expect([found.rows, found.columns]).toEqual([left.rows, right.columns]);
    expectProduct(found.values, left, right, 'f32');
  });

  it.each(['f32', 'f16', 'bf16'] as const)('computed in %s from rounded factors', async (dtype) => {
    const report = JSON.parse(
      await done(['matmul', file('a.npz'), file('x.npy'), file('c.npy'), '--dtype', dtype, '--json']),
    );
    expect(report.dtype).toBe(dtype);
    const [a, b] = [await numbersIn(file('a.npz'), dtype), await numbersIn(file('x.npy'), dtype)];
    expectProduct((await numbersIn(file('c.npy'), dtype)).values, a, b, dtype);
  });

  it('computes in f32 where the factors differ, and keeps a dtype that both have', async () => {
    await writeSparse('half.npz', [48, 40], [8, 8], 8, 'f16');
    await writeDense('half.npy', [40, 4], 9, 'f16');
    const mixed = JSON.parse(
      await done(['matmul', file('half.npz'), file('x.npy'), file('c.npy'), '--json']),
    );
    const same = JSON.parse(
      await done(['matmul', file('half.npz'), file('half.npy'), file('c.npy'), '--json']),
    );
    expect([mixed.dtype, same.dtype]).toEqual(['f32', 'f16']);
  });

  it('takes matrices without blocks, in blocks that are asked for', async () => {
    await done(['convert', file('a.npz'), file('a.mtx')]);
    for (const block of ['16x16', '7x3']) {
      await done(['matmul', file('a.mtx'), file('b.npz'), file('c.npz'), '--block', block]);
      expect(await readMatrix(file('c.npz'))).toMatchObject({
        kind: 'bsr',
        blockShape: [Number(block.split('x')[0]), 6],
      });
      expectProduct(
        (await numbersIn(file('c.npz'))).values,
        await numbersIn(file('a.mtx')),
        await numbersIn(file('b.npz')),
        'f32',
      );
    }
  });

  it('takes a pattern as a matrix of ones', async () => {
    await done(['convert', file('a.npz'), file('a.smtx')]);
    await done(['matmul', file('a.smtx'), file('x.npy'), file('c.npy')]);
    expectProduct(
      (await numbersIn(file('c.npy'))).values,
      await numbersIn(file('a.smtx')),
      await numbersIn(file('x.npy')),
      'f32',
    );
  });
});

describe('the report', () => {
  it('is one JSON object with what scripts need', async () => {
    const { stdout, stderr, code } = await sparsek([
      'matmul',
      file('a.npz'),
      file('x.npy'),
      file('c.npy'),
      '--repeat',
      '3',
      '--json',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      operation: 'spmm',
      dtype: 'f32',
      repeat: 3,
      shape: [48, 12],
      density: 9 / 30,
    });
    expect(['cpu', 'cuda', 'reference']).toContain(report.backend);
    expect(report.device).toMatch(/\w/);
    expect(report.planMs).toBeGreaterThanOrEqual(0);
    expect(report.computeMs).toBeGreaterThanOrEqual(0);
    expect(report.usefulFlops).toBe(2 * 9 * 64 * 12);
    if (report.computeMs > 0) {
      expect(report.usefulTflops).toBeCloseTo(report.usefulFlops / report.computeMs / 1e9, 12);
    }
  });

  it('is text without --json, the same product from every backend that is there', async () => {
    for (const backend of ['cpu', 'reference']) {
      const stdout = await done([
        'matmul',
        file('a.npz'),
        file('x.npy'),
        file('c.npy'),
        '--backend',
        backend,
      ]);
      expect(stdout).toMatch(new RegExp(`c\\.npy: dense 48 x 12, f32\noperation +spmm on ${backend}`));
      expectProduct(
        (await numbersIn(file('c.npy'))).values,
        await numbersIn(file('a.npz')),
        await numbersIn(file('x.npy')),
        'f32',
      );
    }
  });
});

const SCIPY = `
import sys, json, numpy as np, scipy.io, scipy.sparse as sp
kind, folder = sys.argv[1:3]
rng = np.random.default_rng(5)
d = rng.standard_normal((96, 64)).astype("f4") * (rng.random((96, 64)) < 0.1)
a = sp.bsr_array(d, blocksize=(16, 16)) if kind == "bsr" else sp.csr_array(d).asformat(kind)
x = rng.standard_normal((64, 24)).astype("f4")
sp.save_npz(folder + "/scipy.npz", a); np.save(folder + "/scipy-x.npy", x)
np.save(folder + "/scipy-c.npy", a.astype("f8") @ x.astype("f8"))
print(json.dumps([float(np.abs(a.astype("f8")).toarray().__matmul__(np.abs(x.astype("f8"))).max())]))
`;
const COMPARE = `
import sys, json, numpy as np, scipy.io, scipy.sparse as sp
a = sp.csr_array(scipy.io.mmread(sys.argv[1])); b = np.load(sys.argv[2]); c = np.load(sys.argv[3])
exact = a.astype("f4").astype("f8") @ b.astype("f8")
bound = (abs(a).astype("f8") @ np.abs(b).astype("f8")) * (a.shape[1] + 4) * 2.0 ** -24 + 1e-30
print(json.dumps([list(c.shape), list(exact.shape), float((np.abs(c - exact) / bound).max())]))
`;

describe.skipIf(pythonMissing !== undefined)('SciPy', () => {
  it.each(['bsr', 'csr', 'csc', 'coo'])('agrees on the .npz files that it writes: %s', async (kind) => {
    const [scale] = JSON.parse(runPython(SCIPY, kind, folder.path));
    await done(['matmul', file('scipy.npz'), file('scipy-x.npy'), file('scipy-out.npy')]);
    const [found, expected] = [await numbersIn(file('scipy-out.npy')), await numbersIn(file('scipy-c.npy'))];
    const worst = found.values.reduce((most, x, i) => Math.max(most, Math.abs(x - expected.values[i]!)), 0);
    expect(worst).toBeLessThan(scale * 66 * 2 ** -23);
  });

  it('reads a product that was written here', async () => {
    await done(['matmul', file('a.npz'), file('b.npz'), file('c.npz')]);
    const script =
      'import sys, json, scipy.sparse as sp; a, b, c = (sp.load_npz(n) for n in sys.argv[1:4]); d = abs(a.astype("f8") @ b.astype("f8") - c); print(c.format, float(d.max()) < 1e-4)';
    expect(runPython(script, file('a.npz'), file('b.npz'), file('c.npz'))).toBe('bsr True\n');
  });

  it
    .skipIf(dataMissing !== undefined)
    .each([
      'bcsstk13',
      '494_bus',
      'cryg2500',
      'jagmesh7',
      'ash219',
      'bp_1200',
      'dwt_878',
      'cage5',
      'karate',
      'n1024-l6',
    ])('agrees on the real matrix %s', async (name) => {
    const path = `${DATA}/${name}.mtx`;
    const { shape } = await readMatrix(path);
    const x = await writeDense('real-x.npy', [shape[1], 16], 11);
    await done(['matmul', path, x, file('real-c.npy')]);
    const [found, expected, worst] = JSON.parse(runPython(COMPARE, path, x, file('real-c.npy')));
    expect(found).toEqual(expected);
    expect(worst).toBeLessThanOrEqual(1);
  });
});
