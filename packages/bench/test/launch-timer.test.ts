import type { CudaDevice } from '@sparsek/cuda';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { launchTimer } from '../src/runner/launch-timer.js';

afterEach(() => vi.useRealTimers());

describe('launchTimer', () => {
  it('times what the host does, in turn over the sets of inputs, and not the wait for the device', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const log: string[] = [];
    const stream = {
      async done() {
        log.push('wait');
        vi.advanceTimersByTime(100);
      },
    };
    const sets = ['a', 'b', 'c'].map((name) => () => {
      log.push(name);
      vi.advanceTimersByTime(2);
    });
    using timer = await launchTimer({ stream } as unknown as CudaDevice, sets);
    expect(await timer.run()).toBe(2);
    expect(log).toHaveLength(201);
    expect(log.slice(0, 4).join('')).toBe('abca');
    expect(log.at(-1)).toBe('wait');
    expect(timer.description).toBe("200 launches in a row, by the host's clock, without waiting for them");
  });
});
