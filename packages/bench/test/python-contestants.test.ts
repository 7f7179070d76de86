import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referenceBackend } from '@sparsek/validator';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { findPythonPeers } from '../src/peers/python-contestants.js';
import { runSuite } from '../src/runner/run-suite.js';
import { sparsekContestant } from '../src/runner/sparsek-contestant.js';
import { attentionCase, QUICK, spmmCase, suite } from './cases.js';

const python = spawnSync('python3', ['-c', 'import numpy, scipy'], { encoding: 'utf8' });
const missing =
  python.status === 0
    ? undefined
    : `no python3 with NumPy and SciPy (${python.error?.message ?? python.stderr.trim().split('\n').at(-1)})`;
if (missing !== undefined) console.warn(`skipped: the Python peers: ${missing}`);

const folder = mkdtempSync(join(tmpdir(), 'sparsek-no-python-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

async function release(contestants: readonly AsyncDisposable[]) {
  for (const contestant of contestants) await contestant[Symbol.asyncDispose]();
}

describe.skipIf(missing !== undefined)('the Python peers', () => {
  it('multiply the very same arrays, and their results pass the check', async () => {
    const temporary = mkdtempSync(join(folder, 'tmp-'));
    vi.stubEnv('TMPDIR', temporary);
    const { contestants, missing: absent } = await findPythonPeers('cpu');
    try {
      expect(contestants.map(({ name }) => name)).toEqual(['NumPy dense', 'SciPy BSR', 'NumPy attention']);
      expect(absent).toEqual([]);
      for (const { version } of contestants) expect(version).toMatch(/NumPy \d.*threads, Python 3/);
      const own = sparsekContestant(referenceBackend(), '1');
      const cases = suite(spmmCase, attentionCase, { ...spmmCase, name: 'half', dtype: 'f16' });
      const { results } = await runSuite(cases, [own, ...contestants], QUICK);
      const [product, attention, half] = results.map((result) => result.contestants.slice(1));
      for (const peer of product!) {
        expect(peer).toMatchObject({ check: { passed: true }, timeRatio: expect.any(Number) });
      }
      // Nobody expects a matrix library to have attention: it is not even listed.
      expect(attention).toEqual([]);
      expect(half![0]!.skipped).toBe('has no fast f16 kernel');
    } finally {
      await release(contestants);
    }
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('attend under the masks that they know, with shared heads and fewer queries than keys', async () => {
    const { contestants } = await findPythonPeers('cpu');
    try {
      const own = sparsekContestant(referenceBackend(), '1');
      const shape = {
        heads: 4,
        kvHeads: 2,
        queryLength: 70,
        keyLength: 300,
        blockShape: [16, 16] as [number, number],
      };
      const masks = ['all', 'causal', 'window:33', 'window:33 | sink:4'];
      const cases = masks.map((mask) => ({ ...attentionCase, ...shape, name: mask, mask }));
      const { results } = await runSuite(suite(...cases), [own, ...contestants], QUICK);
      const peers = results.map((result) => result.contestants.slice(1));
      for (const [peer, ...others] of peers.slice(0, 3)) {
        expect(peer).toMatchObject({ name: 'NumPy attention', check: { passed: true } });
        expect(others).toEqual([]);
      }
      expect(peers[3]).toEqual([]);
    } finally {
      await release(contestants);
    }
  });

  it('multiply matrices whose blocks end beyond an edge', async () => {
    const { contestants } = await findPythonPeers('cpu');
    try {
      const own = sparsekContestant(referenceBackend(), '1');
      const pattern = (height: number, width: number) => ({
        ...{ ...spmmCase.pattern, density: 0.8 },
        blockShape: [height, width] as [number, number],
      });
      const cases = suite(
        { ...spmmCase, name: 'rows', m: 70, k: 64, pattern: pattern(16, 16) },
        // SciPy takes such a shape, and reads beyond B.
        { ...spmmCase, name: 'columns', m: 70, k: 50, pattern: pattern(7, 13) },
        { ...spmmCase, name: 'one block', m: 5, k: 3, pattern: pattern(64, 64) },
      );
      const { results } = await runSuite(cases, [own, ...contestants], QUICK);
      const checks = results.flatMap((result) => result.contestants.map(({ check }) => check?.passed));
      expect(checks).toEqual(Array.from({ length: 9 }, () => true));
    } finally {
      await release(contestants);
    }
  });

  it('leave launches to those that have a device', async () => {
    const { contestants } = await findPythonPeers('cpu');
    try {
      const own = sparsekContestant(referenceBackend(), '1');
      const cases = suite({ ...spmmCase, measure: 'launch' });
      const [result] = (await runSuite(cases, [own, ...contestants], QUICK)).results;
      expect(result!.contestants.map(({ name }) => name)).toEqual(['sparsek reference']);
    } finally {
      await release(contestants);
    }
  });

  it('answer though libraries and scripts print to standard output, and name the threads that they may use', async () => {
    const modules = mkdtempSync(join(folder, 'modules-'));
    // Not the end of a line: whatever came next would stand behind it.
    writeFileSync(join(modules, 'sitecustomize.py'), "import os\nos.write(1, b'welcome\\n')\n");
    writeFileSync(join(modules, 'scipy.py'), "import os\nos.write(1, b'a warning')\n__version__ = '1'\n");
    const babbling = join(folder, 'babbling-python');
    writeFileSync(babbling, `#!/bin/sh\necho Welcome\nPYTHONPATH='${modules}' exec python3 "$@"\n`, {
      mode: 0o755,
    });
    vi.stubEnv('OMP_NUM_THREADS', '1');
    const { contestants, missing: absent } = await findPythonPeers('cpu', { python: babbling });
    await release(contestants);
    expect(absent).toEqual([]);
    for (const { version } of contestants) expect(version).toMatch(/, 1 threads, /);
  });
});

describe('without Python', () => {
  it('lists every peer with the reason', async () => {
    const { contestants, missing } = await findPythonPeers('cpu', { python: join(folder, 'python') });
    expect(contestants).toEqual([]);
    expect(missing.map(({ name }) => name)).toEqual(['NumPy dense', 'SciPy BSR', 'NumPy attention']);
    for (const { reason } of missing) expect(reason).toMatch(/could not be started \(.*ENOENT/);
  });

  it('lists the peers whose package is missing', async () => {
    const answers = {
      'numpy-dense': { version: 'NumPy 9' },
      'scipy-bsr': { missing: "No module named 'scipy'" },
    };
    const fake = join(folder, 'fake-python');
    const program = `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      console.log(JSON.stringify({ number: JSON.parse(line).number, ...${JSON.stringify(answers)} }));
    });`;
    writeFileSync(`${fake}.cjs`, program);
    writeFileSync(fake, `#!/bin/sh\nexec "${process.execPath}" "${fake}.cjs"\n`, { mode: 0o755 });
    const { contestants, missing } = await findPythonPeers('cpu', { python: fake });
    await release(contestants);
    expect(contestants.map(({ name, version }) => [name, version])).toEqual([['NumPy dense', 'NumPy 9']]);
    expect(missing).toEqual([
      { name: 'SciPy BSR', reason: "No module named 'scipy'" },
      { name: 'NumPy attention', reason: 'not known to this Python' },
    ]);
  });
});
