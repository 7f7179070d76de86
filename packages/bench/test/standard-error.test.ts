import { describe, expect, it } from 'vitest';
import { compareReports } from '../src/report/compare.js';
import type { BenchReport, CaseResult } from '../src/report/schema.js';
import { errorOfMedian, fasterOf } from '../src/report/standard-error.js';
import { pairedSpeedup, summarise } from '../src/runner/statistics.js';
import { spmmCase } from './cases.js';

/** Numbers in [0, 1), the same in every run of the tests: Marsaglia's xorshift. */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Results of a case as a run would record them: times scatter, a tenth of them by an interruption. */
function simulate({ runs, scatter, seed }: { runs: number; scatter: number; seed: number }) {
  const uniform = uniforms(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const times = (typical: number) =>
    Array.from({ length: runs }, () => {
      const interrupted = uniform() < 0.1 ? 1 + uniform() / 2 : 1;
      return typical * Math.exp(scatter * normal()) * interrupted;
    });
  return (own: number): CaseResult => {
    const [first, peer, again] = [times(own), times(1), times(own)];
    return {
      case: spmmCase,
      ...{ density: 1, usefulFlops: 1, denseFlops: 1, bytes: 1 },
      contestants: [
        { name: 'own', version: '1', timing: summarise(first), timeRatio: 1 },
        { name: 'peer', version: '1', timing: summarise(peer), timeRatio: pairedSpeedup(first, peer) },
      ],
      noise: Math.abs(pairedSpeedup(first, again) - 1),
    };
  };
}

const report = (result: CaseResult): BenchReport => ({
  ...{ format: 'sparsek-bench-1', suite: 'test', description: '', command: '', results: [result] },
  machine: { cpu: '', threads: 1, memoryBytes: 1, os: '', node: '', date: '' },
});

const TRIALS = 1000;
const share = (holds: () => boolean) => Array.from({ length: TRIALS }, holds).filter(Boolean).length / TRIALS;

describe('what counts as a difference', () => {
  it.each([
    [5, 0.04],
    [7, 0.02],
    [20, 0.02],
    [50, 0.02],
  ])('is seldom found between equals, of %d runs', (runs, seldom) => {
    const result = simulate({ runs, scatter: 0.05, seed: 7 });
    const found = share(() => {
      const one = result(1);
      return fasterOf(one, one.contestants[1]!) !== 'neither';
    });
    expect(found).toBeLessThan(seldom);
  });

  it.each([5, 7, 20, 50])('is seldom found between two equal runs, of %d runs', (runs) => {
    const result = simulate({ runs, scatter: 0.05, seed: 11 });
    const found = share(() => compareReports(report(result(1)), report(result(1)))[0]!.change !== 'same');
    expect(found).toBeLessThan(0.02);
  });

  it('is found where a tenth more time is far beyond what times scatter by', () => {
    const result = simulate({ runs: 50, scatter: 0.02, seed: 3 });
    expect(share(() => compareReports(report(result(1)), report(result(1.1)))[0]!.change === 'slower')).toBe(
      1,
    );
    const found = share(() => {
      const one = result(1 / 1.1);
      return fasterOf(one, one.contestants[1]!) === 'own';
    });
    expect(found).toBe(1);
  });

  it('is large where too few runs were taken to know how far they scatter', () => {
    const timing = { runs: 1, median: 1, min: 1, max: 1, spread: 0 };
    expect(errorOfMedian(timing)).toBeCloseTo(1.2533 * 1.4826 * 0.1, 6);
    expect(errorOfMedian({ ...timing, runs: 2, spread: 0.3 })).toBeGreaterThan(
      errorOfMedian({ ...timing, runs: 2 }),
    );
    expect(errorOfMedian({ ...timing, runs: 3 })).toBe(0);
    const once = (own: number): CaseResult => ({
      ...simulate({ runs: 3, scatter: 0, seed: 1 })(1),
      contestants: [{ name: 'own', version: '1', timing: { ...timing, median: own }, timeRatio: 1 }],
      noise: 0,
    });
    const change = (after: number) => compareReports(report(once(1)), report(once(after)))[0]!.change;
    expect([change(1.3), change(2)]).toEqual(['same', 'slower']);
  });

  it('is none where nobody was compared', () => {
    const result = simulate({ runs: 3, scatter: 0, seed: 1 })(1);
    expect(fasterOf(result, { name: 'peer', version: '1', skipped: 'no' })).toBe('neither');
  });
});
