import { readFileSync, writeFileSync } from 'node:fs';
import type { Backend } from '@sparsek/types';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { slowedBackend, wrongBackend } from '../../../tools/config/changed-backends.js';
import { sparsek, temporaryFolder } from './support.js';

/** What the command line opens; absent: what it is told to. */
const kernels = vi.hoisted((): { changed?: Backend } => ({}));
vi.mock('@sparsek/backend', async (original) => {
  const real = await original<typeof import('@sparsek/backend')>();
  const openBackend: typeof real.openBackend = async (...args) =>
    kernels.changed ?? real.openBackend(...args);
  return { ...real, openBackend };
});

const folder = temporaryFolder();
afterAll(() => folder.remove());
beforeEach(() => {
  delete kernels.changed;
});

const CASES = folder.file('cases.json');
writeFileSync(
  CASES,
  JSON.stringify({
    name: 'mine',
    description: 'one product, one attention',
    cases: [
      {
        ...{ name: 'product', operation: 'spmm', dtype: 'f32', seed: 7, m: 64, k: 64, n: 64 },
        pattern: { kind: 'uniform', blockShape: [16, 16], density: 0.5 },
      },
      {
        ...{
          name: 'attention',
          operation: 'attention',
          dtype: 'f32',
          seed: 7,
          batch: 1,
          heads: 2,
          kvHeads: 1,
        },
        ...{ headDim: 16, queryLength: 64, keyLength: 64, mask: 'causal', blockShape: [16, 16] },
      },
    ],
  }),
);

/** A run as a user makes it, with whatever kernels are in place. */
async function recorded(name: string) {
  const path = folder.file(name);
  return { path, ...(await sparsek(['bench', CASES, '--backend', 'reference', '--json', path])) };
}

/** Wide, since these cases take microseconds on a machine that does other things too. */
const compare = (before: string, after: string) =>
  sparsek(['bench', 'compare', before, after, '--tolerance', '300']);

describe('a kernel that was changed', () => {
  it('is no regression when it does what it did', async () => {
    const [before, after] = [await recorded('before.json'), await recorded('after.json')];
    expect([before.code, after.code]).toEqual([0, 0]);
    const { code, stdout } = await compare(before.path, after.path);
    expect({ code, lines: stdout.match(/ same /g)?.length }).toEqual({ code: 0, lines: 2 });
  });

  it('is caught by compare when it became slow, though its results are right', async () => {
    const before = await recorded('before.json');
    kernels.changed = slowedBackend(40);
    const slowed = await recorded('slowed.json');
    expect(slowed.code).toBe(0);
    const { code, stdout, stderr } = await compare(before.path, slowed.path);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^product +slower +0\.0/m);
    expect(stdout).toMatch(/^attention +slower +0\.0/m);
    expect(stderr).toMatch(/2 of 2 cases became slower, wrong or missing/);
  });

  it.each<[string, (values: Float32Array) => unknown]>([
    ['one element is off', (values) => (values[0]! += 1)],
    ['an element was never written', (values) => (values[values.length - 1] = Number.NaN)],
  ])('is caught by the check and by compare when %s', async (_, damage) => {
    const before = await recorded('before.json');
    kernels.changed = wrongBackend(damage);
    const wrong = await recorded('wrong.json');
    expect(wrong.code).toBe(1);
    expect(wrong.stdout.match(/ WRONG$/gm)).toHaveLength(2);
    expect(wrong.stderr).toMatch(/2 of 2 results are wrong: product; attention/);
    // The report is there all the same, to be looked at.
    const { results } = JSON.parse(readFileSync(wrong.path, 'utf8'));
    expect(results[0].contestants[0].check.passed).toBe(false);
    const { code, stdout } = await compare(before.path, wrong.path);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^product +wrong/m);
    expect(stdout).toMatch(/^attention +wrong/m);
  });
});
