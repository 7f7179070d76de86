import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { createPeerServer } from '../src/peers/peer-server.js';

const folder = mkdtempSync(join(tmpdir(), 'sparsek-server-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.useRealTimers());

// The protocol needs no Python: any program that answers lines will do.
const node = join(folder, 'node.sh');
writeFileSync(node, `#!/bin/sh\nexec "${process.execPath}" "$2"\n`, { mode: 0o755 });
const script = join(folder, 'peer.cjs');
writeFileSync(
  script,
  `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { op, number } = JSON.parse(line);
  if (op === 'die') process.exit(3);
  if (op !== 'hang') console.log(JSON.stringify({ number, pid: process.pid }));
});`,
);

describe('createPeerServer', () => {
  it('starts its process once, and anew after a peer ended it', async () => {
    await using server = createPeerServer(script, { python: node });
    const { pid } = await server.request({ op: 'ask' });
    expect(await server.request({ op: 'ask' })).toEqual({ pid });
    await expect(server.request({ op: 'die' })).rejects.toThrow(/ended with exit code 3/);
    await server.forget({ op: 'release' });
    const after = await server.request({ op: 'ask' });
    expect(after.pid).not.toBe(pid);
  });

  it('ends a peer that takes too long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await using server = createPeerServer(script, { python: node, limitMs: 3000 });
    const hanging = server.request({ op: 'hang' });
    vi.advanceTimersByTime(3000);
    await expect(hanging).rejects.toThrow(/took longer than 3 s/);
    await expect(server.request({ op: 'ask' })).resolves.toHaveProperty('pid');
  });

  it('ends its process at once when it is interrupted, and starts no other', async () => {
    const controller = new AbortController();
    await using server = createPeerServer(script, { python: node, signal: controller.signal });
    const { pid } = await server.request({ op: 'ask' });
    const waiting = server.request({ op: 'hang' });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(server.request({ op: 'ask' })).rejects.toThrow('enough');
    expect(() => process.kill(Number(pid), 0)).toThrow(/ESRCH/);
  });
});
