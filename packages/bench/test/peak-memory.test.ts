import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { watchMemory } from '../src/machine/peak-memory.js';

const missing = existsSync('/proc/self/clear_refs')
  ? undefined
  : 'this system does not tell the peak of a process';
if (missing !== undefined) console.warn(`skipped: peak memory: ${missing}`);

const MIB = 2 ** 20;
/** Far above what the test itself uses meanwhile. */
const LARGE = 96 * MIB;

const touch = (bytes: number) => new Uint8Array(bytes).fill(1).at(-1);

describe.skipIf(missing !== undefined)('watchMemory', () => {
  it('sees a peak that is gone again', async () => {
    const memory = (await watchMemory())!;
    await memory.begin();
    touch(LARGE);
    expect(memory.peakBytes() / MIB).toBeGreaterThan(90);
    expect(memory.peakBytes() / MIB).toBeLessThan(130);
  });

  it('forgets what was there before it began', async () => {
    touch(LARGE);
    const memory = (await watchMemory())!;
    touch(LARGE);
    await memory.begin();
    expect(memory.peakBytes() / MIB).toBeLessThan(48);
  });
});
