import { referenceBackend } from '@sparsek/validator';
import { describe, expect, it } from 'vitest';
import { measureLimits } from '../src/machine/limits.js';
import { expectationOf, modelError } from '../src/report/expected.js';
import type { CaseResult, MachineLimits } from '../src/report/schema.js';
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
