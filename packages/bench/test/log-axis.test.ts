import { describe, expect, it } from 'vitest';
import { logAxis } from '../src/report/log-axis.js';

const ticks = (values: readonly number[], options = {}) => logAxis(values, String, options).ticks.values;

describe('logAxis', () => {
  it('divides decades as finely as there is room for', () => {
    expect(ticks([0.21, 1.9])).toEqual([0.2, 0.5, 1, 2]);
    expect(ticks([0.6, 68])).toEqual([1, 3, 10, 30, 100]);
    expect(ticks([0.001, 100])).toEqual([0.001, 0.01, 0.1, 1, 10, 100]);
    expect(ticks([1e-6, 1e3], { most: 4 })).toEqual([1e-6, 1e-3, 1, 1e3]);
  });

  it('encloses all values, and a single one too', () => {
    expect(logAxis([0.21, 1.9], String).scale.domain).toEqual([0.2, 2]);
    expect(logAxis([0.6, 68], String, { most: 4 }).scale.domain).toEqual([0.5, 100]);
    expect(ticks([5])).toEqual([5, 10]);
    expect(ticks([1])).toEqual([1, 2]);
  });

  it('leaves out what has no place on it', () => {
    expect(ticks([0, 3, Number.POSITIVE_INFINITY, Number.NaN, -1])).toEqual([2, 5]);
    expect(ticks([0])).toEqual([1, 2]);
  });

  it('knows powers of two', () => {
    expect(ticks([16384, 131072], { base: 2 })).toEqual([16384, 32768, 65536, 131072]);
    expect(ticks([69, 262144], { base: 2 })).toEqual([64, 256, 1024, 4096, 16384, 65536, 262144]);
  });

  it('labels ticks in words of its own, without zeros that say nothing', () => {
    const { labelExpr } = logAxis([0.01, 100], (value) => `${value.toPrecision(3)} ms`).ticks;
    expect(labelExpr).toContain('"0.01":"0.01 ms"');
    expect(labelExpr).toContain('"1":"1 ms"');
    expect(labelExpr).toContain('"100":"100 ms"');
  });
});
