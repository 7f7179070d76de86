import { describe, expect, it } from 'vitest';
import { compareReports, isRegression } from '../src/report/compare.js';
import { differencesOfRuns } from '../src/report/differences.js';
import type { BenchReport, CaseResult, ContestantResult } from '../src/report/schema.js';

const timing = (median: number) => ({ runs: 5, median, min: median, max: median, spread: 0 });

function result(own: Partial<ContestantResult>, peerRatio?: number, noise = 0.01): CaseResult {
  const peer = { name: 'NumPy dense', version: '2', timing: timing(10), timeRatio: peerRatio ?? 1 };
  return {
    case: {
      name: 'case',
      operation: 'spmm',
      dtype: 'f32',
      seed: 1,
      m: 64,
      k: 64,
      n: 64,
      pattern: { kind: 'uniform', blockShape: [16, 16], density: 0.5 },
    },
    density: 0.5,
    usefulFlops: 1,
    denseFlops: 2,
    bytes: 3,
    contestants: [
      { name: 'sparsek cpu', version: '1', timing: timing(1), timeRatio: 1, ...own },
      ...(peerRatio === undefined ? [] : [peer]),
    ],
    noise,
  };
}

const report = (...results: CaseResult[]): BenchReport => ({
  format: 'sparsek-bench-1',
  suite: 'cpu',
  description: '',
  command: '',
  machine: { cpu: '', threads: 2, memoryBytes: 1, os: '', node: '', date: '' },
  results,
});

const change = (before: CaseResult, after: CaseResult) => compareReports(report(before), report(after))[0]!;

describe('compareReports', () => {
  it('calls a slowed kernel slower', () => {
    const found = change(result({ timing: timing(1) }), result({ timing: timing(1.5) }));
    expect(found.change).toBe('slower');
    expect(isRegression(found)).toBe(true);
  });

  it('calls a difference within the noise the same', () => {
    const noisy = 0.1;
    const found = change(
      result({ timing: timing(1) }, undefined, noisy),
      result({ timing: timing(1.5) }, undefined, noisy),
    );
    expect(found.change).toBe('same');
    expect(isRegression(found)).toBe(false);
  });

  it('calls a difference the same that the spread of the times explains, though a run agrees with itself', () => {
    const spread = (median: number) => result({ timing: { ...timing(median), runs: 7, spread: 0.25 } });
    const found = change(spread(1), spread(1.5));
    expect(found.change).toBe('same');
    // 3 * sqrt(2) * 1.2533 * 1.4826 * 7 / 6.2 * 0.25 / sqrt(7)
    expect(found.threshold).toBeCloseTo(0.841, 3);
    expect(change(spread(1), spread(2)).change).toBe('slower');
  });

  it('judges relative to a shared peer, so that a slower machine is no regression', () => {
    const found = change(result({ timing: timing(1) }, 5), result({ timing: timing(3) }, 5));
    expect(found).toMatchObject({ change: 'same', note: 'relative to NumPy dense' });
    expect(change(result({}, 5), result({}, 3)).change).toBe('slower');
    expect(change(result({}, 5), result({}, 8)).change).toBe('faster');
  });

  it('judges by the peer whose times scatter least', () => {
    const both = (numpy: number, scipy: number): CaseResult => {
      const first = result({}, numpy);
      const peer = (name: string, timeRatio: number, spread: number): ContestantResult => {
        return { name, version: '1', timing: { ...timing(10), spread }, timeRatio };
      };
      const peers = [peer('NumPy dense', numpy, 0.01), peer('SciPy BSR', scipy, 0.001)];
      return { ...first, contestants: [first.contestants[0]!, ...peers] };
    };
    expect(change(both(6, 6), both(2, 6))).toMatchObject({ change: 'same', note: 'relative to SciPy BSR' });
    expect(change(both(6, 6), both(6, 2)).change).toBe('slower');
  });

  it('takes a wider tolerance, as for another machine', () => {
    const compare = (ratio: number) =>
      compareReports(report(result({}, 6)), report(result({}, ratio)), { tolerance: 1 })[0]!.change;
    expect([compare(13), compare(4), compare(2)]).toEqual(['faster', 'same', 'slower']);
  });

  it('judges relative to one peer when asked, and misses it when it is not there', () => {
    const both = (numpy: number, scipy: number) => {
      const first = result({}, numpy);
      const peer = { name: 'SciPy BSR', version: '1', timing: timing(10), timeRatio: scipy };
      return report({ ...first, contestants: [...first.contestants, peer] });
    };
    const options = { peer: 'SciPy BSR' };
    const [found] = compareReports(both(6, 6), both(6, 2), options);
    expect(found).toMatchObject({ change: 'slower', note: 'relative to SciPy BSR' });
    const [alone] = compareReports(both(6, 6), report(result({}, 6)), options);
    expect(alone).toMatchObject({ change: 'missing', note: 'SciPy BSR not timed in both runs' });
  });

  it('calls a wrong result wrong, however fast', () => {
    const check = { passed: false, error: 1, bound: 1e-5, rows: 3 };
    const found = change(result({}), result({ timing: timing(0.1), check }));
    expect(found.change).toBe('wrong');
    expect(isRegression(found)).toBe(true);
  });

  it('calls a case that vanished missing', () => {
    const [found] = compareReports(report(result({})), report());
    expect(found?.change).toBe('missing');
    expect(isRegression(found!)).toBe(true);
  });

  it('calls a result that nobody checked any more missing', () => {
    const check = { passed: true, error: 0, bound: 1e-5, rows: 3 };
    const found = change(result({ check }), result({}));
    expect(found).toMatchObject({ change: 'missing', note: 'not checked in the new run' });
  });

  it('does not compare two cases that only share a name', () => {
    const old = result({});
    const other = { ...old, case: { ...old.case, seed: 2 } };
    expect(change(old, other)).toMatchObject({
      change: 'missing',
      note: 'another case of this name in the new run',
    });
  });

  it('does not judge by a peer whose result is wrong, and tells its versions', () => {
    const peered = (peer: Partial<ContestantResult>) => {
      const found = result({}, 5);
      return { ...found, contestants: [found.contestants[0]!, { ...found.contestants[1]!, ...peer }] };
    };
    const wrong = { passed: false, error: 1, bound: 1e-5, rows: 3 };
    expect(change(result({}, 5), peered({ check: wrong })).note).toBe('by time alone');
    expect(change(result({}, 5), peered({ version: '3' })).note).toBe(
      'relative to NumPy dense (2 before, 3 after)',
    );
  });
});

describe('differencesOfRuns', () => {
  it('finds none between two runs of one machine', () => {
    expect(differencesOfRuns(report(result({})), report(result({})))).toEqual([]);
  });

  it('names what makes times hard to compare, and cases that only the new run has', () => {
    const before = report(result({ version: '1, NVIDIA A' }));
    const extra = result({ name: 'sparsek cuda', version: '1, NVIDIA B' });
    const after: BenchReport = {
      ...report(extra, { ...extra, case: { ...extra.case, name: 'extra' } }),
      machine: { ...before.machine, cpu: 'Other', node: 'v22', load: 3.25 },
    };
    expect(differencesOfRuns(before, after)).toEqual([
      'another contestant: sparsek cpu before, sparsek cuda after',
      'another device: NVIDIA A before, NVIDIA B after',
      'another processor: , 2 threads before, Other, 2 threads after',
      'another version of Node:  before, v22 after',
      'a busy machine after: load 3.3 on 2 threads',
      'only in the new run: extra',
    ]);
  });
});
