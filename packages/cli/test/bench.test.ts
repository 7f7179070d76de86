import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { sparsek, temporaryFolder } from './support.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());
afterEach(() => vi.unstubAllEnvs());
const file = (name: string) => folder.file(name);

function write(name: string, value: unknown): string {
  writeFileSync(file(name), JSON.stringify(value));
  return file(name);
}

/** As a user would write it by hand. */
const MINE = {
  name: 'mine',
  description: 'one product',
  cases: [
    {
      name: '64 cubed',
      operation: 'spmm',
      dtype: 'f32',
      seed: 7,
      m: 64,
      k: 64,
      n: 64,
      pattern: { kind: 'uniform', blockShape: [16, 16], density: 0.5 },
    },
  ],
};

interface Contestant {
  readonly name: string;
  timing: { median: number };
  check: { passed: boolean };
}

const reportOf = (path: string) =>
  JSON.parse(readFileSync(path, 'utf8')) as { command: string; results: { contestants: Contestant[] }[] };

const bench = (...args: string[]) => sparsek(['bench', ...args]);

async function recorded(name: string): Promise<string> {
  const path = file(name);
  const { code } = await bench(write('mine.json', MINE), '--backend', 'reference', '--json', path);
  expect(code).toBe(0);
  return path;
}

describe('bench', () => {
  it('lists the suites', async () => {
    const { code, stdout } = await bench();
    expect(code).toBe(0);
    for (const suite of ['gemm', 'attention', 'cpu', 'formats'])
      expect(stdout).toMatch(new RegExp(`^${suite} `, 'm'));
  });

  it('runs a file of cases written by hand, and writes report and page', async () => {
    const cases = write('mine.json', MINE);
    const outputs = ['--json', file('out.json'), '--html', file('out.html')];
    const { code, stdout } = await bench(cases, '--backend', 'reference', ...outputs);
    expect(code).toBe(0);
    expect(stdout).toMatch(/64 cubed +sparsek reference .* ok\n/);
    const report = reportOf(file('out.json'));
    expect(report.command).toBe(`sparsek bench ${cases} --backend reference`);
    expect(report.results[0]!.contestants[0]!.check.passed).toBe(true);
    expect(readFileSync(file('out.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*64 cubed[\s\S]*<svg/);
  });

  it('runs the cases that are asked for, and names those that its time did not suffice for', async () => {
    const two = { ...MINE, cases: [...MINE.cases, { ...MINE.cases[0], name: 'another' }] };
    const cases = write('two.json', two);
    const run = (...args: string[]) => bench(cases, '--backend', 'reference', ...args);
    const one = await run('--case', 'anoth', '--json', file('one.json'));
    expect(one.stdout).toContain('another');
    expect(one.stdout).not.toContain('64 cubed');
    expect(reportOf(file('one.json')).command).toContain('--case "anoth"');
    const late = await run('--limit', '0.000001');
    expect(late).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^sparsek: not run: 64 cubed: out of time$/m),
    });
    const none = await run('--case', 'fft');
    expect(none).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Expected a part of a case's name/),
    });
  });

  it('says why there is no profile where there is no Nsight Compute', async () => {
    mkdirSync(file('empty'), { recursive: true });
    vi.stubEnv('PATH', file('empty'));
    const { code, stdout, stderr } = await bench(write('mine.json', MINE), '--profile');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/no profile: ncu \(Nsight Compute\) is not on this machine/);
  });

  it('says why there are no peers where there is no Python, and goes on', async () => {
    mkdirSync(file('empty'), { recursive: true });
    vi.stubEnv('PATH', file('empty'));
    const { code, stdout, stderr } = await bench(write('mine.json', MINE), '--backend', 'cpu', '--peers');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^sparsek: NumPy dense does not take part: python3 .* could not be started/m);
    expect(stderr).toMatch(/^sparsek: SciPy BSR does not take part: /m);
    expect(stdout).toContain('64 cubed');
  });

  it.each<[string, string[], RegExp]>([
    [
      'an unknown suite',
      ['everything'],
      /Expected a suite \(gemm, .*\), a \.json file or "compare" but received "everything"/,
    ],
    ['two suites', ['cpu', 'gemm'], /Expected one suite but received also gemm/],
    ['an unknown backend', ['cpu', '--backend', 'tpu'], /argument 'tpu' is invalid/],
    ['a tolerance below 0', ['compare', 'a', 'b', '--tolerance', '-1'], /Expected a number from 0/],
    ['a limit of nothing', ['cpu', '--limit', '0'], /Expected a number of seconds above 0/],
    ['one report to compare', ['compare', 'a.json'], /Expected two reports after compare but received 1/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stdout, stderr } = await bench(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('refuses a file that does not fit, naming the entry', async () => {
    const bad = write('bad.json', { ...MINE, cases: [{ ...MINE.cases[0], dtype: 'f64' }] });
    const { code, stderr } = await bench(bad);
    expect(code).toBe(2);
    expect(stderr).toMatch(/bad\.json.*cases\.0\.dtype: /);
    expect((await bench(file('gone.json'))).code).toBe(2);
  });
});

describe('bench compare', () => {
  it('ends with 0 for the same report twice', async () => {
    const path = await recorded('before.json');
    const { code, stdout } = await bench('compare', path, path);
    expect(code).toBe(0);
    expect(stdout).toMatch(/64 cubed +same +1\.00x/);
  });

  it('ends with 1 when a case became slower, wrong or missing', async () => {
    const before = await recorded('before.json');
    const changed = (name: string, change: (contestant: Contestant) => void) => {
      const report = reportOf(before);
      change(report.results[0]!.contestants[0]!);
      return write(name, report);
    };
    const slower = changed('slower.json', (own) => {
      own.timing.median *= 100;
    });
    const wrong = changed('wrong.json', (own) => {
      own.check.passed = false;
    });
    const missing = write('missing.json', { ...reportOf(before), results: [] });
    for (const [path, word] of [
      [slower, 'slower'],
      [wrong, 'wrong'],
      [missing, 'missing'],
    ] as const) {
      const { code, stdout, stderr } = await bench('compare', before, path);
      expect({ code, word, found: stdout.includes(word) }).toEqual({ code: 1, word, found: true });
      expect(stderr).toMatch(/1 of 1 cases became slower, wrong or missing/);
    }
  });

  it('takes a tolerance and the contestant to judge by', async () => {
    const before = await recorded('before.json');
    const report = reportOf(before);
    report.results[0]!.contestants[0]!.timing.median *= 30;
    const after = write('thirty.json', report);
    expect((await bench('compare', before, after)).code).toBe(1);
    expect((await bench('compare', before, after, '--tolerance', '10000')).code).toBe(0);
    const { code, stdout } = await bench('compare', before, before, '--relative-to', 'NumPy dense');
    expect(code).toBe(1);
    expect(stdout).toContain('NumPy dense not timed in both runs');
  });

  it('ends with 2 for what is no report', async () => {
    const before = await recorded('before.json');
    const { code, stderr } = await bench('compare', before, write('mine.json', MINE));
    expect(code).toBe(2);
    expect(stderr).toMatch(/mine\.json.*format: /);
  });
});
