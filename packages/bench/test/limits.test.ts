import { referenceBackend } from '@sparsek/validator';
import { describe, expect, it } from 'vitest';
import { measureLimits } from '../src/machine/limits.js';
import { expectationOf } from '../src/report/expected.js';
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
    expect(found.bandwidthKernel).toBe('memory copy');
    expect(found.bytesPerSecond).toBeGreaterThan(1e6);
  });
});

describe('expectationOf', () => {
  it('takes the limit that binds', () => {
    expect(expectationOf(result({}), limits)).toEqual({ expectedMs: 10, boundBy: 'arithmetic' });
    expect(expectationOf(result({ bytes: 5e7 }), limits)).toEqual({ expectedMs: 50, boundBy: 'memory' });
  });

  it('expects nothing of what was not measured', () => {
    expect(expectationOf(result({ case: { ...attentionCase, dtype: 'bf16' } }), limits)).toBeUndefined();
    expect(expectationOf(result({ case: { ...spmmCase, measure: 'call' } }), limits)).toBeUndefined();
    expect(expectationOf(result({ usefulFlops: 0 }), limits)).toBeUndefined();
  });
});
