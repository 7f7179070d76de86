import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { sparsek, temporaryFolder } from './support.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const docs = (name: string) => fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url));
const EVIDENCE = docs('evidence/nvidia-h200.json');
const CPU = docs('benchmarks/cpu.json');

const report = (...args: string[]) => sparsek(['bench', 'report', ...args]);

interface Recorded {
  missingPeers?: object[];
  notRun?: object[];
  results: { case: { name: string }; contestants: { check?: { passed: boolean } }[] }[];
}

function changed(change: (report: Recorded) => void): string {
  const recorded = JSON.parse(readFileSync(CPU, 'utf8')) as Recorded;
  change(recorded);
  writeFileSync(folder.file('changed.json'), JSON.stringify(recorded));
  return folder.file('changed.json');
}

describe('bench report', () => {
  it('shows a recorded run as the run itself did, and writes its page', async () => {
    const { code, stdout } = await report(CPU, '--html', folder.file('cpu.html'));
    expect(code).toBe(0);
    const page = readFileSync(folder.file('cpu.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>[\s\S]*<svg/);
    const { results } = JSON.parse(readFileSync(CPU, 'utf8')) as Recorded;
    for (const { case: it } of results) {
      expect(stdout).toContain(`\n${it.name}\n`);
      expect(page).toContain(it.name);
    }
    // The same figures in both.
    const [, time, rate] = /\n {2}sparsek cpu +(\S+ ms) +(\S+ GFLOP\/s)/.exec(stdout)!;
    expect(page).toContain(`<td class="number">${time}</td><td class="number">${rate}</td>`);
    expect(stdout).toMatch(/^NumPy dense +[\d.]+x/m);
    expect(stdout).toMatch(/^noise: /m);
  });

  it('draws a suite of a record of several, in tables that fit 80 columns, without colours', async () => {
    const { benchmarks } = JSON.parse(readFileSync(EVIDENCE, 'utf8')) as {
      benchmarks: { suite: string; report?: Recorded }[];
    };
    for (const { suite, report: recorded } of benchmarks.filter((run) => run.report)) {
      const { code, stdout } = await report(EVIDENCE, suite);
      expect(code).toBe(0);
      expect(stdout).not.toContain('\u001b');
      const [figures, peers] = stdout.split('\n\n').map((part) => part.split('\n'));
      const names = recorded!.results.map(({ case: it }) => it.name);
      expect(figures!.filter((line) => names.includes(line))).toHaveLength(names.length);
      // Names of cases and reasons are texts, as long as they are.
      const rows = figures!.filter((line) => !names.includes(line) && !line.includes(' skipped: '));
      expect(Math.max(...[...rows, ...peers!].map((line) => line.length))).toBeLessThanOrEqual(80);
    }
  });

  it('says who and what was left out', async () => {
    const path = changed((recorded) => {
      recorded.missingPeers = [{ name: 'SciPy BSR', reason: 'no scipy' }];
      recorded.notRun = [{ name: 'spmm huge', reason: 'out of time' }];
    });
    const { code, stderr } = await report(path);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'sparsek: SciPy BSR did not take part: no scipy\nsparsek: not run: spmm huge: out of time\n',
    });
  });

  it('ends with 1 for a record of wrong results, and names them', async () => {
    const path = changed(({ results }) => {
      results[1]!.contestants[0]!.check!.passed = false;
    });
    const { code, stdout, stderr } = await report(path);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}sparsek cpu .* WRONG$/m);
    expect(stdout).toMatch(/^WRONG: sparsek cpu in spmm 4096x4096x512, block 32, 12.5 %$/m);
    expect(stderr).toMatch(/1 of 6 results are wrong/);
  });

  it.each<[string, string[], RegExp]>([
    [
      'a record of several without a suite',
      [EVIDENCE],
      /Expected one of the suites of .*\(gemm, .*\) but received none/,
    ],
    ['a suite that is not in it', [CPU, 'gemm'], /Expected one of the suites of .*\(cpu\) but received gemm/],
    ['what is no report', [docs('benchmarks/gap.json')], /gap\.json.*format: /],
    ['a file that is not there', ['gone.json'], /gone\.json.*cannot be read/],
    ['a folder that is not there', [CPU, '--html', 'gone/out.html'], /Expected a folder .* for --html/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stdout, stderr } = await report(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
