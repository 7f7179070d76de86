import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const python = spawnSync('python3', ['-c', 'import numpy'], { encoding: 'utf8' });
const missing =
  python.status === 0 ? undefined : `no python3 with NumPy (${python.error?.message ?? python.stderr})`;
if (missing !== undefined) console.warn(`skipped: clocks of GPU peers: ${missing}`);

interface Timed {
  readonly description: string;
  readonly happened: readonly string[];
  readonly positive: boolean;
}

const folder = mkdtempSync(join(tmpdir(), 'sparsek-clocks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function timeByEachClock(): Record<'compute' | 'launch' | 'call', Timed> {
  const folders = [join(import.meta.dirname, 'python'), join(import.meta.dirname, '..', 'peers')];
  const { status, stdout, stderr } = spawnSync('python3', [join(folders[0]!, 'clocks.py'), folder], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: folders.join(':'), PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe.skipIf(missing !== undefined)('the clocks of GPU peers', () => {
  it('ask the device, the host, or for a whole call, as the case wants', () => {
    const { compute, launch, call } = timeByEachClock();
    expect([compute, launch, call].every(({ positive }) => positive)).toBe(true);
    expect(compute.happened).toEqual(['record', 'replay', 'record', 'event']);
    expect(compute.description).toBe('5 launches in a row over 2 sets of inputs, one graph');
    // The host's: no graph, both sets in turn, and a wait before and after rather than between.
    const calls = launch.happened.slice(1, -1);
    expect([launch.happened[0], launch.happened.at(-1)]).toEqual(['wait', 'wait']);
    expect(calls).toEqual(Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? 'f' : 'g')));
    // A whole call: values and B to the device, not the pattern; the result back.
    expect(call.happened.slice(0, 4)).toEqual(['copy host 6', 'copy host 4', 'f', 'back']);
    expect(call.happened).toHaveLength(20 * 4);
  });
});
