import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { bsrToDense, pruneBlocks, randomPattern, statistics, withValues } from '@sparsek/bsr';
import { readDense, readMatrix, writeMatrix, writeSafetensorsFile } from '@sparsek/bsr/io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numbersIn } from './numbers.js';
import { DATA, dataMissing, sparsek, temporaryFolder } from './support.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const file = (name: string) => folder.file(name);

if (dataMissing !== undefined) console.warn(`skipped: ${dataMissing}`);

const pattern = randomPattern({ shape: [48, 64], blockShape: [8, 16], density: 0.25, seed: 3 });
const matrix = withValues(pattern, { seed: 3 });

beforeAll(async () => {
  await writeMatrix(file('a.npz'), matrix);
  await writeMatrix(file('a.npy'), bsrToDense(matrix));
  await writeFile(file('twice.mtx'), '%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 3\n1 1 4\n');
});

async function done(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await sparsek(args);
  expect(stderr).not.toMatch(/^sparsek:/);
  expect(code).toBe(0);
  return { stdout, stderr };
}

describe('convert', () => {
  it.each([
    ['a.npz', 'b.npy', 'dense 48 x 64, f32'],
    ['a.npz', 'b.mtx', 'bsr 48 x 64, 6 blocks of 8 x 16, f32'],
    ['a.npy', 'b.mtx', 'dense 48 x 64, f32'],
    ['a.npy', 'b.safetensors#w', 'dense 48 x 64, f32'],
    ['a.npz', 'b.npz', 'bsr 48 x 64, 6 blocks of 8 x 16, f32'],
  ])('%s to %s keeps every value', async (from, to, text) => {
    const { stdout, stderr } = await done('convert', file(from), file(to));
    expect(stdout).toBe(`${file(to)}: ${text}\n`);
    expect(stderr).toBe('');
    expect(await numbersIn(file(to))).toEqual(await numbersIn(file(from)));
  });

  it('to other blocks and types, with a note on what the format lacks', async () => {
    const { stdout, stderr } = await done(
      'convert',
      file('a.npy'),
      file('c.npz'),
      '--block',
      '10x7',
      '--dtype',
      'bf16',
    );
    expect(stdout).toMatch(/c\.npz: bsr 48 x 64, \d+ blocks of 10 x 7, bf16/);
    expect(stderr).toMatch(
      /^note: SciPy has no sparse bf16.*\nnote: SciPy knows whole blocks only: it reads the matrix as 50 x 70/,
    );
    expect(await readMatrix(file('c.npz'))).toMatchObject({
      kind: 'bsr',
      shape: [48, 64],
      blockShape: [10, 7],
      dtype: 'bf16',
    });
    expect(await numbersIn(file('c.npz'))).toEqual(await numbersIn(file('a.npy'), 'bf16'));
  });

  it('to bf16 words and back', async () => {
    const { stderr } = await done('convert', file('a.npz'), file('words.npy'), '--dtype', 'bf16');
    expect(stderr).toMatch(/^note: \.npy has no bf16: the values are its words, as uint16\n$/);
    await done('convert', file('words.npy'), file('back.npy'), '--dtype', 'bf16');
    expect(readFileSync(file('back.npy')).equals(readFileSync(file('words.npy')))).toBe(true);
    expect((await readDense(file('words.npy'), { dtype: 'bf16' })).dtype).toBe('bf16');
  });

  it('to a pattern, and of duplicates when asked', async () => {
    const { stderr } = await done('convert', file('a.npz'), file('p.smtx'));
    expect(stderr).toMatch(/\.smtx holds no values/);
    await done('convert', file('twice.mtx'), file('sum.npy'), '--sum-duplicates');
    expect([...(await numbersIn(file('sum.npy'))).values]).toEqual([7, 0, 0, 0]);
  });

  it.each([
    ['ones.npy', 'dense 2 x 3, f16'],
    ['ones.npz', 'csr 2 x 3, 2 entries, f16'],
    ['ones.safetensors#w', 'dense 2 x 3, f16'],
    ['ones.mtx', 'pattern 2 x 3, 2 entries'],
  ])('of a pattern to %s takes ones of the type asked for', async (to, text) => {
    await writeFile(file('two.smtx'), '2, 3, 2\n0 1 2\n2 0\n');
    const { stdout } = await done('convert', file('two.smtx'), file(to), '--dtype', 'f16');
    expect(stdout).toBe(`${file(to)}: ${text}\n`);
    const read = await readMatrix(file(to));
    if (read.kind !== 'pattern') expect(read.dtype).toBe('f16');
    expect([...(await numbersIn(file(to))).values]).toEqual([0, 0, 1, 1, 0, 0]);
  });
});

describe('prune', () => {
  it.each(['global', 'row'] as const)('keeps the greatest blocks (%s)', async (scope) => {
    const args = ['--block', '8x16', '--density', '0.125', '--scope', scope];
    const { stdout } = await done('prune', file('a.npy'), file('pruned.npz'), ...args);
    expect(stdout).toMatch(/pruned\.npz: bsr 48 x 64, 3 blocks of 8 x 16, f32; [\d.]+ % of the norm kept/);
    const expected = pruneBlocks(bsrToDense(matrix), { blockShape: [8, 16], density: 0.125, scope });
    expect(await readMatrix(file('pruned.npz'))).toEqual({ kind: 'bsr', ...expected });
  });
});

describe('inspect', () => {
  it('tells about blocks', async () => {
    const { stdout } = await done('inspect', file('a.npz'), '--json', '--block', '8x16');
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      kind: 'bsr',
      shape: [48, 64],
      dtype: 'f32',
      nonzeros: 768,
      elementDensity: 0.25,
    });
    expect(report.blocks).toEqual({ blockShape: [8, 16], ...statistics(matrix) });
    expect(report.blockSizes[0]).toEqual({ blockShape: [8, 16], blocks: 6, density: 0.25, fill: 1 });
    const text = (await done('inspect', file('a.npz'))).stdout;
    expect(text).toMatch(/blocks +6 of 8 x 16\ndensity +25 % of all blocks\nfill +100 %/);
    expect(text).toMatch(/In blocks of\n +block +blocks +density +fill\n +8 x 8 +12 +25 % +100 %/);
  });

  it('counts the same in every format', async () => {
    for (const name of ['c.mtx', 'c.smtx', 'c.safetensors#w'])
      await done('convert', file('a.npz'), file(name));
    for (const name of ['a.npy', 'c.mtx', 'c.smtx', 'c.safetensors#w', 'c.safetensors']) {
      const report = JSON.parse((await done('inspect', file(name), '--json')).stdout);
      expect(report).toMatchObject({ nonzeros: 768, longestRow: 16 });
      expect(report.blockSizes[0]).toEqual({ blockShape: [8, 8], blocks: 12, density: 0.25, fill: 1 });
    }
  });

  it('lists tensors, and describes one of other axes', async () => {
    const tensor = { shape: [2, 1, 3], dtype: 'f16' as const, values: new Uint16Array(6) };
    await writeSafetensorsFile(file('two.safetensors'), { first: tensor, second: tensor });
    expect((await done('inspect', file('two.safetensors'))).stdout).toMatch(
      /first +F16 +2 x 1 x 3\nsecond +F16/,
    );
    const { stdout } = await done('inspect', file('two.safetensors#second'), '--json');
    expect(JSON.parse(stdout)).toEqual({
      file: file('two.safetensors#second'),
      dtype: 'f16',
      shape: [2, 1, 3],
      values: 6,
    });
  });

  it('draws every block as a rectangle', async () => {
    await done('inspect', file('a.npz'), '--svg', file('a.svg'));
    const svg = readFileSync(file('a.svg'), 'utf8');
    const ink = /<g class="ink"[^>]*>([\s\S]*?)<\/g>/.exec(svg)![1]!;
    const drawn = [...ink.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="160" height="80"\/>/g)];
    expect(drawn.map(([, x, y]) => `${Number(y) / 80},${Number(x) / 160}`)).toEqual(
      Array.from({ length: 6 }, (_, r) => r).flatMap((r) =>
        [...pattern.indices.subarray(pattern.indptr[r], pattern.indptr[r + 1])].map((c) => `${r},${c}`),
      ),
    );
    expect(svg).toContain('one cell is one block');
    expect(svg).toMatch(/prefers-color-scheme: dark/);
  });

  it.skipIf(dataMissing !== undefined)('real matrices', async () => {
    const { stdout } = await done('inspect', `${DATA}/bcsstk13.mtx`, '--json', '--svg', file('real.svg'));
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ kind: 'coo', shape: [2003, 2003], nonzeros: 83883 });
    const use64 = report.blockSizes.find((use: { blockShape: number[] }) => use.blockShape[0] === 64);
    expect(use64.density).toBeCloseTo(0.291, 3);
    const rectangles = readFileSync(file('real.svg'), 'utf8').match(/<rect/g)!.length;
    expect(rectangles).toBeGreaterThan(500);
    expect(rectangles).toBeLessThan(4200);
    const empty = JSON.parse((await done('inspect', `${DATA}/dlmc-ffn-empty.smtx`, '--json')).stdout);
    expect(empty).toMatchObject({ kind: 'pattern', nonzeros: 0, elementDensity: 0, emptyRows: 2048 });
  });
});

describe('info', () => {
  it('names every backend, and why one is missing', async () => {
    const report = JSON.parse((await done('info', '--json')).stdout);
    expect(report.backends.map(({ name }: { name: string }) => name)).toEqual(['cuda', 'cpu', 'reference']);
    for (const { available, device, reason } of report.backends)
      expect(available ? device : reason).toMatch(/\w/);
    expect(report.backends.filter(({ chosen }: { chosen: boolean }) => chosen)).toHaveLength(1);
    expect(report).toMatchObject({ node: process.version, cpu: { threads: expect.any(Number) } });
    const text = (await done('info')).stdout;
    for (const { name } of report.backends)
      expect(text).toMatch(new RegExp(`backend ${name} +(not )?available: \\w`));
  });
});

it('no temporary file is left', () => {
  expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
