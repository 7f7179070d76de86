import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Contestant } from '../src/runner/contestant.js';
import { runSuite } from '../src/runner/run-suite.js';
import { QUICK, spmmCase, suite } from './cases.js';

const open: string[] = [];
vi.mock(import('@sparsek/cuda'), async (original) => ({
  ...(await original()),
  profilerRange(name: string) {
    open.push(name);
    return { [Symbol.dispose]: () => void open.splice(open.lastIndexOf(name), 1) };
  },
}));

/** Notes the ranges around each of its runs. */
function watched(name: string, log: string[], failAt = Number.POSITIVE_INFINITY): Contestant {
  return {
    name,
    version: '0',
    async prepare() {
      return {
        async run() {
          log.push(open.join(' > '));
          if (log.length > failAt) throw new Error('enough');
          return 1;
        },
        async [Symbol.asyncDispose]() {},
      };
    },
    async [Symbol.asyncDispose]() {},
  };
}

describe('ranges in a profiler', () => {
  it('name the case and whose turn it is', async () => {
    const logs = { own: [] as string[], peer: [] as string[] };
    await runSuite(suite(spmmCase), [watched('own', logs.own), watched('a peer', logs.peer)], QUICK);
    // The first run of each prepares it.
    expect(logs.own.shift()).toBe(spmmCase.name);
    expect(logs.peer.shift()).toBe(spmmCase.name);
    expect(new Set(logs.own)).toEqual(new Set([`${spmmCase.name} > ${spmmCase.name}: own`]));
    expect(new Set(logs.peer)).toEqual(new Set([`${spmmCase.name} > ${spmmCase.name}: a peer`]));
    expect(open).toEqual([]);
  });

  it('end with a contestant that fails', async () => {
    await runSuite(suite(spmmCase), [watched('own', []), watched('a peer', [], 2)], QUICK);
    await expect(runSuite(suite(spmmCase), [watched('own', [], 2)], QUICK)).rejects.toThrow('enough');
    expect(open).toEqual([]);
  });
});

const PROGRAM = `
import json, sys, types
import serve
from sparsek_peers.peer import profiler_range

told = []
nvtx = types.SimpleNamespace(
    range_start=lambda name: told.append(f"start {name}") or len(told),
    range_end=lambda opened: told.append(f"end {opened}"))

def torch(available):
    cuda = types.SimpleNamespace(is_available=lambda: available, nvtx=nvtx)
    sys.modules["torch"] = types.SimpleNamespace(cuda=cuda)

def fail():
    raise RuntimeError("no")

server = serve.Server()
server.prepared[1] = types.SimpleNamespace(run=lambda: told.append("run") or 2.5)
server.prepared[2] = types.SimpleNamespace(run=fail)
torch(True)
ms = server.run({"id": 1, "range": "50 % {}: cuBLAS"})["ms"]
try:
    server.run({"id": 2, "range": "fails"})
except RuntimeError:
    pass
torch(False)
server.run({"id": 1, "range": "unseen"})
del sys.modules["torch"]
server.run({"id": 1, "range": "unseen"})
print(json.dumps([ms, told]))`;

const python = spawnSync('python3', ['-c', 'import numpy'], { encoding: 'utf8' });
const missing =
  python.status === 0 ? undefined : `no python3 with NumPy (${python.error?.message ?? python.stderr})`;
if (missing !== undefined) console.warn(`skipped: ranges of the Python peers: ${missing}`);

describe.skipIf(missing !== undefined)('ranges of the Python peers', () => {
  it('are told to PyTorch where it has a GPU', () => {
    const path = join(import.meta.dirname, '..', 'peers');
    const env = { ...process.env, PYTHONPATH: path, PYTHONDONTWRITEBYTECODE: '1' };
    const { stdout, stderr } = spawnSync('python3', ['-c', PROGRAM], { encoding: 'utf8', env });
    expect(stderr).toBe('');
    const seen = ['start 50 % {}: cuBLAS', 'run', 'end 1', 'start fails', 'end 4', 'run', 'run'];
    expect(JSON.parse(stdout)).toEqual([2.5, seen]);
  });
});
