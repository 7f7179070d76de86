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
      // 80 rows: SciPy knows no ragged edge.
      const cases = suite({ ...spmmCase, m: 80 }, attentionCase, { ...spmmCase, name: 'half', dtype: 'f16' });
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

  it('are skipped with what they complain about', async () => {
    const { contestants } = await findPythonPeers('cpu');
    try {
      // 72 rows are no multiple of 16, which SciPy's constructor refuses.
      const own = sparsekContestant(referenceBackend(), '1');
      const { results } = await runSuite(suite(spmmCase), [own, ...contestants], QUICK);
      expect(results[0]!.contestants.map(({ skipped }) => skipped)).toEqual([
        undefined,
        undefined,
        expect.stringMatching(/^ValueError: /),
      ]);
    } finally {
      await release(contestants);
    }
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
    const program = `require('node:readline').createInterface({ input: process.stdin }).on('line', () => {
      console.log(${JSON.stringify(JSON.stringify(answers))});
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
