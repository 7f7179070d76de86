import { describe, expect, it } from 'vitest';
import { contestantRows } from '../src/report/contestant-rows.js';
import { shareOfDenseRate } from '../src/report/dense-rate.js';
import { expectedRecord, slowCases } from '../src/report/expected.js';
import type { CaseResult, ContestantResult } from '../src/report/schema.js';
import { spmmCase } from './cases.js';

const contestant = (name: string, timeRatio: number): ContestantResult => ({
  ...{ name, version: '1', timeRatio, usefulTflops: 1 },
  timing: { runs: 3, median: timeRatio, min: 1, max: 1, spread: 0 },
});

const result = (...contestants: ContestantResult[]): CaseResult => ({
  ...{ case: spmmCase, density: 0.125, usefulFlops: 1e9, denseFlops: 8e9, bytes: 1, noise: 0 },
  contestants,
});

describe('shareOfDenseRate', () => {
  const dense = contestant('cuBLAS, dense random A', 6.8);

  it('is the useful rate over that of the dense product without zeros', () => {
    const own = contestant('sparsek cuda', 1);
    const slow = contestant('PyTorch BSR', 2);
    const zeros = contestant('cuBLAS, same A with zeros', 6);
    const found = result(own, zeros, dense, slow);
    expect(shareOfDenseRate(found, own)).toBeCloseTo(0.85, 12);
    expect(shareOfDenseRate(found, slow)).toBeCloseTo(0.425, 12);
    expect(shareOfDenseRate(found, dense)).toBeUndefined();
    expect(contestantRows(found).map(({ figures }) => figures.at(-2))).toEqual(['0.85', '0.14', '', '0.42']);
  });

  it('is not told without such a peer', () => {
    const own = contestant('sparsek cuda', 1);
    expect(shareOfDenseRate(result(own, contestant('PyTorch BSR', 2)), own)).toBeUndefined();
    expect(shareOfDenseRate(result(own, { ...dense, timeRatio: undefined } as never), own)).toBeUndefined();
  });
});

describe('the expected time', () => {
  const limits = {
    ...{ bytesPerSecond: 1e9, bandwidthKernel: 'copy' },
    arithmetic: [{ dtype: 'f32' as const, flopsPerSecond: 1e12, kernel: 'k' }],
  };

  it('is recorded with the share of it that was reached', () => {
    const found = result(contestant('own', 4));
    expect(expectedRecord(found, limits)).toEqual({ ms: 1, boundBy: 'arithmetic', share: 0.25 });
    expect(expectedRecord(found, undefined)).toBeUndefined();
  });

  it('tells slow cases from what others of their kind reach', () => {
    const cases = [0.8, 0.82, 0.5, 0.79].map((share, index): CaseResult => {
      const found = result(contestant('own', 1));
      const expected = { ms: 1, boundBy: 'arithmetic' as const, share };
      return { ...found, case: { ...found.case, name: `case ${index}` }, expected };
    });
    expect(slowCases(cases).map(({ case: it }) => it.name)).toEqual(['case 2']);
  });
});
