import { referenceBackend } from '@sparsek/validator';
import { describe, expect, it } from 'vitest';
import { measureLimits } from '../src/machine/limits.js';
import { expectationOf, expectedRecord, modelError, slowCases } from '../src/report/expected.js';
import { rooflineParts } from '../src/report/plots/roofline.js';
import type { BenchReport, CaseResult, ContestantResult, MachineLimits } from '../src/report/schema.js';
import { attentionCase, spmmCase } from './cases.js';

const result = (change: Partial<CaseResult>): CaseResult => ({
  case: spmmCase,
  density: 0.5,
  usefulFlops: 1e9,
  denseFlops: 2e9,
  bytes: 1e6,
  contestants: [],
  noise: 0,
  ...change,
});

const limits: MachineLimits = {
  bytesPerSecond: 1e9,
  bandwidthKernel: 'memory copy',
  arithmetic: [{ dtype: 'f32', flopsPerSecond: 1e11, kernel: 'k' }],
};

describe('rooflineParts', () => {
  const timing = { runs: 5, median: 20, min: 19, max: 21, spread: 0.01 };
  const timed = (more: Partial<ContestantResult> = {}) =>
    result({ contestants: [{ name: 'own', version: '1', timing, ...more }] });
  const reportOf = (limited: MachineLimits, one: CaseResult): BenchReport => ({
    ...{ format: 'sparsek-bench-1', suite: 'test', description: '', command: '', results: [one] },
    machine: { cpu: '', threads: 1, memoryBytes: 1, os: '', node: '', date: '' },
    limits: limited,
  });
  const drawn = async (l2Bytes: number | undefined, l2BytesPerSecond: number | undefined) => {
    const limited = { ...limits, ...(l2BytesPerSecond === undefined ? {} : { l2BytesPerSecond }) };
    const [part] = await rooflineParts(reportOf(limited, timed(l2Bytes === undefined ? {} : { l2Bytes })));
    if (part?.kind !== 'chart' || !('wide' in part.chart)) throw new Error('no chart');
    const dashes = part.chart.wide.match(/stroke-dasharray="[^"]+"/g) ?? [];
    return {
      labels: part.legend!.map(({ label }) => label),
      roofs: new Set(dashes).size,
      caption: part.caption,
      head: part.numbers!.head,
    };
  };

  it('draws the roof of the L2 cache, and every case by its bytes, where both are known', async () => {
    const { labels, roofs, caption, head } = await drawn(2e8, 1e10);
    expect(labels).toEqual([
      'spmm, f32',
      'spmm, f32, bytes through L2',
      'memory, 1.00 GB/s',
      'L2 cache, 10.0 GB/s',
    ]);
    expect(roofs).toBe(2);
    expect(caption).toContain('under the dotted roof');
    expect(head).toContain('per byte through L2');
  });

  it('draws that of memory alone elsewhere', async () => {
    for (const found of [await drawn(undefined, 1e10), await drawn(2e8, undefined)]) {
      expect(found.labels).toEqual(['spmm, f32', 'memory, 1.00 GB/s']);
      expect(found.roofs).toBe(1);
      expect(found.caption).not.toContain('L2');
    }
  });

  it('shows no rate of a wrong result', async () => {
    const wrong = timed({ check: { passed: false, error: 1, bound: 1e-5, rows: 3 } });
    expect(await rooflineParts(reportOf(limits, wrong))).toEqual([]);
    expect(expectedRecord(wrong, limits)).toBeUndefined();
    expect(expectedRecord(timed(), limits)).toEqual({ ms: 10, boundBy: 'arithmetic', share: 0.5 });
  });
});

describe('measureLimits', () => {
  it('measures each data type once and bandwidth by the faster way', async () => {
    const sizes = { memory: 128, arithmetic: 48, block: 16 };
    const found = await measureLimits(referenceBackend(), ['f32', 'f16', 'f32'], { sizes });
    expect(found.arithmetic.map(({ dtype }) => dtype)).toEqual(['f32', 'f16']);
    for (const { flopsPerSecond } of found.arithmetic) expect(flopsPerSecond).toBeGreaterThan(1e4);
    const rates = found.bandwidths!.map(({ bytesPerSecond }) => bytesPerSecond);
    expect(found.bandwidths!.map(({ what }) => what.split(',')[0])).toEqual([
      'memory copy',
      'product with one column',
    ]);
    expect(found.bandwidthKernel).toBe('memory copy');
    expect(found.bytesPerSecond).toBe(Math.max(...rates));
    expect(found.bytesPerSecond).toBeGreaterThan(1e6);
  });

  it('ends when it is interrupted', async () => {
    const sizes = { memory: 128, arithmetic: 48, block: 16 };
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(measureLimits(referenceBackend(), ['f32'], { sizes, signal })).rejects.toThrow('enough');
  });
});

describe('expectationOf', () => {
  it('takes the limit that binds', () => {
    expect(expectationOf(result({}), limits)).toEqual({ expectedMs: 10, boundBy: 'arithmetic' });
    expect(expectationOf(result({ bytes: 5e7 }), limits)).toEqual({ expectedMs: 50, boundBy: 'memory' });
  });

  it('takes the L2 cache where its tiles bring more through it than it can give', () => {
    const cached = { ...limits, l2BytesPerSecond: 1e10 };
    const own = { name: 'sparsek cuda', version: '1' };
    const tiled = (l2Bytes: number) => result({ contestants: [{ ...own, l2Bytes }] });
    expect(expectationOf(tiled(2e8), cached)).toEqual({ expectedMs: 20, boundBy: 'L2' });
    expect(expectationOf(tiled(9e7), cached)).toEqual({ expectedMs: 10, boundBy: 'arithmetic' });
    expect(expectationOf(tiled(2e8), limits)).toEqual({ expectedMs: 10, boundBy: 'arithmetic' });
  });

  it('expects nothing of what was not measured', () => {
    expect(expectationOf(result({ case: { ...attentionCase, dtype: 'bf16' } }), limits)).toBeUndefined();
    expect(expectationOf(result({ case: { ...spmmCase, measure: 'call' } }), limits)).toBeUndefined();
    expect(expectationOf(result({ usefulFlops: 0 }), limits)).toBeUndefined();
  });
});

describe('modelError', () => {
  const shared = (name: string, share?: number) =>
    result({
      case: { ...spmmCase, name },
      ...(share === undefined ? {} : { expected: { ms: 1, boundBy: 'arithmetic', share } }),
    });

  it('says how far expected and measured times are apart, whichever is longer', () => {
    const found = modelError([shared('a', 0.9), shared('b', 1.4), shared('c', 0.7), shared('d')])!;
    expect(found).toMatchObject({ cases: 3, worstCase: 'b' });
    expect([found.median, found.worst]).toEqual([expect.closeTo(0.3), expect.closeTo(0.4)]);
  });

  it('says nothing where nothing was expected', () => {
    expect(modelError([shared('d')])).toBeUndefined();
  });
});

describe('slowCases', () => {
  const shared = (share: number, changes: Partial<CaseResult> = {}) =>
    result({ expected: { ms: 1, boundBy: 'memory', share }, ...changes });

  it('names what is far below the median of its kind, and compares with no other kind', () => {
    const slow = shared(0.4);
    const alone = shared(0.1, { case: attentionCase });
    expect(slowCases([shared(0.8), slow, shared(0.9), alone, result({})])).toEqual([slow]);
  });

  it('takes no longer for many cases than they are many', () => {
    const cases = Array.from({ length: 20_000 }, (_, n) => shared(n % 100 === 0 ? 0.1 : 0.8));
    expect(slowCases(cases)).toHaveLength(200);
  }, 5000);
});
