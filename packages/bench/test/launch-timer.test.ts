import type { CudaDevice } from '@sparsek/cuda';
import { describe, expect, it } from 'vitest';
import { launchTimer } from '../src/runner/launch-timer.js';

const SLOW_DEVICE_MS = 100;

describe('launchTimer', () => {
  it('times what the host does, in turn over the sets of inputs, and not the wait for the device', async () => {
    const log: string[] = [];
    const stream = {
      async done() {
        log.push('wait');
        await new Promise((resolve) => setTimeout(resolve, SLOW_DEVICE_MS));
      },
    };
    const sets = ['a', 'b', 'c'].map((name) => () => void log.push(name));
    using timer = await launchTimer({ stream } as unknown as CudaDevice, sets);
    const ms = await timer.run();
    expect(log).toHaveLength(201);
    expect(log.slice(0, 4).join('')).toBe('abca');
    expect(log.at(-1)).toBe('wait');
    expect(ms).toBeGreaterThan(0);
    expect(200 * ms).toBeLessThan(SLOW_DEVICE_MS);
    expect(timer.description).toBe("200 launches in a row, by the host's clock, without waiting for them");
  });
});
