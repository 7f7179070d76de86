import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { InterruptedError } from '../src/exit-codes.js';
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
    expect(stdout).toMatch(/^64 cubed\n {2}sparsek reference .* ok$/m);
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

  it('prints one JSON object and nothing else when the report has no file', async () => {
    const cases = write('mine.json', MINE);
    for (const json of [['--json'], ['--json', '-']]) {
      const { code, stdout, stderr } = await bench(cases, '--backend', 'reference', ...json);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({ format: 'sparsek-bench-1', suite: 'mine' });
    }
  });

  it('says how far its figures can be trusted', async () => {
    const { stdout } = await bench(
      write('mine.json', MINE),
      '--backend',
      'cpu',
      '--json',
      file('model.json'),
    );
    expect(stdout).toMatch(/^noise: a contestant against itself differed by at most [\d.]+ %$/m);
    expect(stdout).toMatch(/^model: .* of 1 cases is off by [\d.]+ % \(median\), .*\(64 cubed\)$/m);
    const { modelError, results } = JSON.parse(readFileSync(file('model.json'), 'utf8'));
    expect(modelError.worst).toBeCloseTo(Math.abs(1 - results[0].expected.share));
  });

  it('names every figure that it promises in the report', async () => {
    const { stdout } = await bench(write('mine.json', MINE), '--backend', 'cpu', '--json');
    const { limits, machine, results } = JSON.parse(stdout);
    expect(machine).toMatchObject({ cpu: expect.any(String), threads: expect.any(Number) });
    expect(limits).toMatchObject({ bytesPerSecond: expect.any(Number), arithmetic: [{ dtype: 'f32' }] });
    const number = expect.any(Number);
    expect(results[0]).toMatchObject({
      usefulFlops: 2 * 64 ** 3 * 0.5,
      denseFlops: 2 * 64 ** 3,
      bytes: number,
    });
    expect(results[0]).toMatchObject({ noise: number, expected: { ms: number, share: number } });
    expect(results[0].contestants[0]).toMatchObject({
      ...{ planMs: number, usefulTflops: number, denseTflops: number, timeRatio: 1 },
      timing: { runs: number, median: number, min: number, max: number, spread: number },
      check: { passed: true, error: number, bound: number, rows: number },
    });
  });

  it('prints a suite as a file that can be edited and run', async () => {
    const { code, stdout } = await bench('cases', 'cpu', '--backend', 'cpu');
    expect(code).toBe(0);
    const suite = JSON.parse(stdout);
    const [first] = suite.cases;
    const smaller = { ...first, name: 'smaller', m: 128, k: 128, n: 32 };
    const edited = write('edited.json', { ...suite, cases: [smaller] });
    const ran = await bench(edited, '--backend', 'reference');
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^smaller\n .* ok$/m) });
  });

  it('prints suites in the sizes of a GPU without one', async () => {
    const { stdout } = await bench('cases', 'scaling', '--backend', 'cuda');
    expect(JSON.parse(stdout).cases[0]).toMatchObject({ dtype: 'f16', pattern: { blockShape: [128, 128] } });
  });

  it('prints the schema that suites and reports fit', async () => {
    const schema = JSON.parse((await bench('schema')).stdout);
    expect(schema.required).toEqual(['name', 'description', 'cases']);
    const ofReports = JSON.parse((await bench('schema', 'report')).stdout);
    expect(ofReports.properties.format).toMatchObject({ const: 'sparsek-bench-1' });
  });

  it('measures the building blocks of the machine', async () => {
    const { code, stdout } = await bench('limits', '--backend', 'cpu');
    expect(code).toBe(0);
    for (const what of [
      'products, f32',
      'products, f16',
      'products, bf16',
      'memory copy',
      'product with one',
    ])
      expect(stdout).toMatch(new RegExp(`^${what}.* [\\d.]+ [GT](FLOP|B)/s$`, 'm'));
  });

  it('says why there is nothing to measure where there is no GPU', async () => {
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '-1');
    for (const args of [['limits'], ['scaling'], ['crossover', '--peers'], ['host', '--json']]) {
      const { code, stdout, stderr } = await bench(...args, '--backend', 'cuda');
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
      expect(stderr).toMatch(/^sparsek: The cuda backend is not available: [^\n]+\n$/);
    }
  });

  it('ends its peers at once when it is interrupted, and leaves nothing behind', async () => {
    // Answers which peers there are, and nothing after that: a peer that hangs.
    const peer = `const { writeFileSync } = require('node:fs');
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const { op, number } = JSON.parse(line);
        if (op === 'versions') console.log(JSON.stringify({ number, 'numpy-dense': { version: '1' } }));
        else writeFileSync(${JSON.stringify(file('peer.pid'))}, String(process.pid));
      });`;
    writeFileSync(file('peer.cjs'), peer);
    for (const name of ['bin', 'tmp', 'out']) mkdirSync(file(name), { recursive: true });
    const python = `#!/bin/sh\nexec "${process.execPath}" "${file('peer.cjs')}"\n`;
    writeFileSync(file('bin/python3'), python, { mode: 0o755 });
    vi.stubEnv('PATH', file('bin'));
    vi.stubEnv('TMPDIR', file('tmp'));
    const controller = new AbortController();
    const outputs = ['--json', file('out/a.json'), '--html', file('out/a.html')];
    const args = ['bench', write('mine.json', MINE), '--backend', 'cpu', '--peers', ...outputs];
    const running = sparsek(args, controller.signal);
    await vi.waitUntil(() => existsSync(file('peer.pid')), { timeout: 30_000 });
    const pid = Number(readFileSync(file('peer.pid'), 'utf8'));
    expect(readdirSync(file('tmp'))).toHaveLength(1);
    controller.abort(new InterruptedError());
    expect(await running).toEqual({
      ...{ code: 130, stdout: '' },
      stderr: expect.stringMatching(/^sparsek: interrupted; nothing was written$/m),
    });
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    expect([...readdirSync(file('tmp')), ...readdirSync(file('out'))]).toEqual([]);
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
      /Expected a suite \(gemm, .*\) or a \.json file but received "everything"/,
    ],
    ['two suites', ['cpu', 'gemm'], /too many arguments for 'bench'/],
    ['an unknown backend', ['cpu', '--backend', 'tpu'], /argument 'tpu' is invalid/],
    ['a tolerance below 0', ['compare', 'a', 'b', '--tolerance', '-1'], /Expected a number from 0/],
    [
      'limits of the reference, which would take minutes',
      ['limits', '--backend', 'reference'],
      /Expected the cpu or cuda backend to measure but received reference/,
    ],
    ['a limit of nothing', ['cpu', '--limit', '0'], /Expected a number of seconds above 0/],
    ['one report to compare', ['compare', 'a.json'], /missing required argument 'NEW'/],
    ['a report of nothing', ['--json', 'cpu'], /Expected a suite before --json/],
    ['a suite of cases that is not there', ['cases', 'everything'], /Expected a suite \(gemm, /],
    [
      'the schema of something else',
      ['schema', 'case'],
      /'case' is invalid for argument 'of'. Allowed choices are suite, report/,
    ],
    [
      'a report in a folder that is not there, before anything runs',
      ['cpu', '--html', 'no/such/folder/out.html'],
      /Expected a folder that can be written to for --html but received no\/such\/folder\/out\.html/,
    ],
  ])('refuses %s', async (_, args, message) => {
    const { code, stdout, stderr } = await bench(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('refuses, before anything runs, outputs that could not be written or would be written over', async () => {
    mkdirSync(file('folder'), { recursive: true });
    const cases = write('mine.json', MINE);
    const same = file('same.json');
    for (const [args, message] of [
      [['--json', file('folder')], /Expected a file, not a folder, for --json but received .*folder$/],
      [['--json', ''], /Expected a file for --json but received nothing$/],
      [['--html', '-'], /Expected a file for --html but received -$/],
      [['--html', `${cases}/out.html`], /Expected a folder that can be written to for --html/],
      [['--json', same, '--html', same], /Expected another file than that of --json for --html/],
    ] as const) {
      const { code, stdout, stderr } = await bench(cases, '--backend', 'reference', ...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr.trim()).toMatch(message);
    }
    expect(existsSync(same)).toBe(false);
  });

  it('refuses names of peers that there are not', async () => {
    const peers = write('peers.json', { ...MINE, peers: ['NumPy dense', 'numpy'] });
    const { code, stderr } = await bench(peers, '--backend', 'reference');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /peers\.json: peers: Expected names of \(NumPy dense; .*\) but received "numpy"$/m,
    );
  });

  it('tells what was written when it is interrupted while it draws the page', async () => {
    const controller = new AbortController();
    const json = file('interrupted.json');
    const outputs = ['--json', json, '--html', file('interrupted.html')];
    const args = ['bench', write('mine.json', MINE), '--backend', 'reference', ...outputs];
    const running = sparsek(args, controller.signal);
    await vi.waitUntil(() => existsSync(json), { timeout: 30_000, interval: 1 });
    controller.abort(new InterruptedError());
    expect(await running).toMatchObject({
      code: 130,
      stderr: expect.stringMatching(
        /interrupted; .*interrupted\.json was written, .*interrupted\.html was not$/m,
      ),
    });
    expect(existsSync(file('interrupted.html'))).toBe(false);
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

  it('says what else differs, and gives it all as JSON', async () => {
    const report = JSON.parse(readFileSync(await recorded('before.json'), 'utf8'));
    // What else uses this machine now is no matter of the test.
    delete report.machine.load;
    const before = write('here.json', report);
    const after = write('elsewhere.json', { ...report, machine: { ...report.machine, cpu: 'Another' } });
    const { code, stdout, stderr } = await bench('compare', before, after, '--json');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^sparsek: another processor: .* before, Another, \d+ threads after\n$/);
    expect(JSON.parse(stdout)).toMatchObject({
      differences: [expect.stringContaining('another processor')],
      changes: [{ name: '64 cubed', change: 'same', ratio: 1 }],
      regressions: 0,
    });
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

  it('takes the report of the same suite from a record of several', async () => {
    const single = await recorded('before.json');
    const report = reportOf(single);
    const record = write('record.json', {
      benchmarks: [{ report: { ...report, suite: 'other' } }, { report }],
    });
    for (const [before, after] of [
      [record, single],
      [single, record],
    ] as const) {
      const { code, stdout, stderr } = await bench('compare', before, after);
      expect({ code, same: /64 cubed +same +1\.00x/.test(stdout) }).toEqual({ code: 0, same: true });
      expect(stderr).not.toContain('suite');
    }
    const { code, stderr } = await bench('compare', record, record);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Expected one of the suites of .*record\.json \(other, mine\) but received none/);
  });

  it('ends with 2 for what is no report', async () => {
    const before = await recorded('before.json');
    const { code, stderr } = await bench('compare', before, write('mine.json', MINE));
    expect(code).toBe(2);
    expect(stderr).toMatch(/mine\.json.*format: /);
  });
});
