import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { watchDevice } from '../src/machine/device-watch.js';
import { endProcess } from '../src/machine/end-process.js';
import { startPython } from '../src/peers/python-process.js';

afterEach(() => vi.restoreAllMocks());

it('ends what runs, with the signal that is asked for', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  endProcess(child, 'SIGKILL');
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
});

describe('a program that could not be started', () => {
  const MISSING = '/no/such/program';
  /** A stand-in: here the real one would signal a process of somebody else's. */
  const watchKill = () => vi.spyOn(ChildProcess.prototype, 'kill').mockReturnValue(false);

  it('is sent no signal', async () => {
    const kill = watchKill();
    const child = spawn(MISSING);
    endProcess(child);
    await once(child, 'error');
    expect(kill).not.toHaveBeenCalled();
  });

  it('is sent none when the watch of a device ends', async () => {
    const kill = watchKill();
    await watchDevice('0', MISSING)[Symbol.asyncDispose]();
    expect(kill).not.toHaveBeenCalled();
  });

  it('is sent none when a peer is interrupted', async () => {
    const kill = watchKill();
    await using peer = startPython('x.py', MISSING);
    peer.kill('was interrupted');
    await expect(peer.request({ op: 'a' })).rejects.toThrow(/could not be started/);
    expect(kill).not.toHaveBeenCalled();
  });
});
