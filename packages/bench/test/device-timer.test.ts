import type { CudaDevice } from '@sparsek/cuda';
import { describe, expect, it } from 'vitest';
import { deviceTimer, launchesOver } from '../src/runner/device-timer.js';

/** A device that notes what it is given; every launch takes a millisecond. */
function recorder({ captures }: { readonly captures: boolean }) {
  const log: string[] = [];
  let clock = 0;
  let capturing = false;
  const launch = (name: string) => () => {
    log.push(capturing ? `(${name})` : name);
    if (!capturing) clock++;
  };
  const stream = {
    async done() {},
    record: (event: { at: number }) => {
      event.at = clock;
    },
    capture(body: () => void) {
      if (!captures) throw new Error('cannot be captured');
      const before = log.length;
      capturing = true;
      body();
      capturing = false;
      const launches = log.length - before;
      return {
        replay() {
          log.push('replay');
          clock += launches;
        },
        [Symbol.dispose]: () => void log.push('dispose'),
      };
    },
  };
  const createEvent = () => {
    const event = {
      at: 0,
      elapsedSince: (start: { at: number }) => event.at - start.at,
      [Symbol.dispose]() {},
    };
    return event;
  };
  return { log, launch, device: { stream, createEvent } as unknown as CudaDevice };
}

describe('deviceTimer', () => {
  it('replays one graph of launches, after they ran once', async () => {
    const { device, launch, log } = recorder({ captures: true });
    const timer = await deviceTimer(device, [launch('a')]);
    expect(log).toEqual([...Array(5).fill('a'), ...Array(5).fill('(a)')]);
    expect(await timer.run()).toBe(1);
    timer[Symbol.dispose]();
    expect(log.slice(10)).toEqual(['replay', 'dispose']);
    expect(timer.description).toBe('5 launches in a row, one graph');
  });

  it('launches directly what cannot be captured, in turn over the sets of inputs', async () => {
    const { device, launch, log } = recorder({ captures: false });
    const sets = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(launch);
    const timer = await deviceTimer(device, sets);
    expect(await timer.run()).toBe(1);
    expect(log.slice(7).join('')).toBe('abcdefg');
    expect(timer.description).toBe('7 launches in a row over 7 sets of inputs');
    expect([1, 2, 5, 6, 32].map(launchesOver)).toEqual([5, 5, 5, 6, 32]);
  });
});
