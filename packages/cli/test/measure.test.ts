import { describe, expect, it } from 'vitest';
import { median } from '../src/output/numbers.js';
import { measure } from '../src/run/measure.js';

describe('measure', () => {
  const times = [100, 7, 3, 5];
  const runner = () => {
    let n = 0;
    return async () => ({ output: n, computeMs: times[n++]! });
  };

  it('times the one run', async () => {
    expect(await measure(runner(), {})).toEqual({ output: 0, computeMs: 100, repeat: 1 });
  });

  it('leaves the first of several out and takes the median', async () => {
    expect(await measure(runner(), { repeat: 3 })).toEqual({ output: 3, computeMs: 5, repeat: 3 });
    expect(await measure(runner(), { repeat: 1 })).toEqual({ output: 1, computeMs: 7, repeat: 1 });
  });

  it('shares the progress out over the runs', async () => {
    const fractions: number[] = [];
    await measure(
      async ({ onProgress }) => {
        onProgress?.(0.5);
        onProgress?.(1);
        return { output: 0, computeMs: 1 };
      },
      { repeat: 1, onProgress: (fraction) => fractions.push(fraction) },
    );
    expect(fractions).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it('stops between runs', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let runs = 0;
    const done = measure(
      async () => {
        if (++runs === 2) controller.abort(reason);
        return { output: 0, computeMs: 1 };
      },
      { repeat: 10, signal: controller.signal },
    );
    await expect(done).rejects.toBe(reason);
    expect(runs).toBe(2);
  });
});

it.each([
  [[3], 3],
  [[1, 9], 5],
  [[9, 1, 2], 2],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});
