import { normalValues } from '@sparsek/bsr';
import { describe, expect, it } from 'vitest';
import { createDraws, PERIOD } from '../src/case/draws.js';

const DRAW = { seed: 5, stream: 3, dtype: 'f16' } as const;

describe('createDraws', () => {
  it('gives the draws of the stream, the same ones however many are asked for', () => {
    const expected = normalValues(1000, DRAW);
    for (const shared of [true, false]) {
      const draws = createDraws({ shared });
      for (const count of [10, 1000, 3])
        expect(draws.values(count, DRAW)).toEqual(expected.subarray(0, count));
    }
    expect(createDraws({ shared: true }).values(10, { ...DRAW, stream: 4 })).not.toEqual(
      expected.subarray(0, 10),
    );
  });

  it('keeps arrays only where they are shared', () => {
    const shared = createDraws({ shared: true });
    expect(shared.values(8, DRAW).buffer).toBe(shared.values(4, DRAW).buffer);
    const own = createDraws({ shared: false });
    expect(own.values(8, DRAW).buffer).not.toBe(own.values(4, DRAW).buffer);
  });

  it('keeps nothing of the seeds of earlier cases', () => {
    const draws = createDraws({ shared: true });
    const first = draws.values(8, DRAW);
    draws.values(8, { ...DRAW, seed: 6 });
    const again = draws.values(8, DRAW);
    expect(again).toEqual(first);
    expect(again.buffer).not.toBe(first.buffer);
  });

  it('begins again after the period', () => {
    const values = createDraws({ shared: false }).values(PERIOD + 100, DRAW);
    expect(values).toHaveLength(PERIOD + 100);
    expect(values.subarray(PERIOD)).toEqual(normalValues(100, DRAW));
    expect(values.subarray(PERIOD - 3, PERIOD)).not.toEqual(values.subarray(0, 3));
  });
});
