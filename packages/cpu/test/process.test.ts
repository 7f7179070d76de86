import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { whyNotForRelease } from '../../../tools/config/release-toolchain.js';
import { describeNative } from './backend.js';

const run = promisify(execFile);
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const notForRelease = whyNotForRelease();
if (notForRelease !== undefined) console.warn(`skipped: the addon on older systems: ${notForRelease}`);

/** Starts a fixture in a process of its own; rejects when it fails or crashes. */
async function fixture(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ['--expose-gc', path(`./fixtures/${name}`), ...args]);
  return stdout.trim();
}

describeNative('in the process', () => {
  it('survives workers that end while it works for them', async () => {
    expect(await fixture('terminate-workers.mjs')).toBe('20');
  });

  it('serves many workers at the same time', async () => {
    expect(await fixture('parallel-workers.mjs')).toBe('4 workers, 40 products, all right');
  });

  it('lets the process end while a run is in flight', async () => {
    expect(await fixture('exit-in-flight.mjs')).toBe('leaving');
  });

  it('gives back all memory of runs, aborted runs, failed plans and dropped plans', async () => {
    const { before, grown } = JSON.parse(await fixture('leaks.mjs')) as { before: number; grown: number };
    // 8000 calls; one that kept even its smallest buffer, of 16 KiB, would come to more than 30 MiB.
    expect(grown).toBeLessThan(20);
    expect(before).toBeLessThan(400);
  });

  it.skipIf(notForRelease !== undefined)(
    'needs no newer C or C++ library than the oldest supported system has',
    async () => {
      const folder = path('../platforms/linux-x64-gnu/');
      const addon = readdirSync(folder).find((name) => name.endsWith('.node'));
      expect(addon).toBe('sparsek_cpu.node');
      await run(process.execPath, [path('../../../tools/check-glibc.mjs'), `${folder}${addon}`]);
    },
  );
});
