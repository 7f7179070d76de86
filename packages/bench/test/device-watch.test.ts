import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseSample, summariseSamples, watchDevice } from '../src/machine/device-watch.js';

const folder = mkdtempSync(join(tmpdir(), 'sparsek-watch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('watchDevice', () => {
  it('sums up what nvidia-smi said between begin and end', async () => {
    const fake = join(folder, 'nvidia-smi');
    writeFileSync(fake, '#!/bin/sh\necho "$@"\necho "1980, 3201, 500.25, 51, 0x4"\nexec sleep 60\n', {
      mode: 0o755,
    });
    await using watch = watchDevice('GPU-1', fake);
    while (watch.end() === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(watch.end()).toEqual({
      samples: 1,
      clockMhz: { median: 1980, min: 1980, max: 1980 },
      memoryClockMhz: 3201,
      watts: 500.25,
      celsius: 51,
      throttled: ['power cap'],
    });
    watch.begin();
    expect(watch.end()).toBeUndefined();
  });

  it('hears nothing where there is no nvidia-smi', async () => {
    await using watch = watchDevice('0', join(folder, 'no-such-program'));
    watch.begin();
    expect(watch.end()).toBeUndefined();
  });
});

describe('samples', () => {
  it('leave out what a device does not tell', () => {
    expect(parseSample('[N/A], 1, 2, 3, 0x0')).toBeUndefined();
    expect(parseSample('NVIDIA-SMI has failed')).toBeUndefined();
    const samples = ['1200, [N/A], [N/A], 40, [N/A]', '1400, [N/A], [N/A], 42, 0x1'].map(
      (line) => parseSample(line)!,
    );
    expect(summariseSamples(samples)).toEqual({
      samples: 2,
      clockMhz: { median: 1300, min: 1200, max: 1400 },
      celsius: 42,
      throttled: [],
    });
  });
});
