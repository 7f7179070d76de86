import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startPython } from '../src/peers/python-process.js';

// The protocol needs no Python: any program that answers lines will do.
const folder = mkdtempSync(join(tmpdir(), 'sparsek-peer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = join(folder, 'node.sh');
writeFileSync(node, `#!/bin/sh\nexec "${process.execPath}" "$2"\n`, { mode: 0o755 });

function start(program: string) {
  const path = join(folder, `peer-${Math.random()}.cjs`);
  writeFileSync(path, program);
  return startPython(path, node);
}

const ECHO = `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { op, number } = JSON.parse(line);
  const reply = (answer) => console.log(JSON.stringify({ number, ...answer }));
  if (op === 'fail') reply({ error: 'ValueError: no' });
  else if (op === 'lecture') reply({ error: 'TypeError: no\\n  because\\n' + 'x'.repeat(999) });
  else if (op === 'babble') console.log('not json\\n{}\\nnull\\n{"number":99,"op":"other"}\\n'), reply({ op });
  else if (op === 'mutter') { reply({ op }); console.log('afterwards'); }
  else if (op === 'die') { console.error('out of luck'); process.exit(3); }
  else reply({ op });
});`;

describe('startPython', () => {
  it('answers requests in order', async () => {
    await using peer = start(ECHO);
    const replies = await Promise.all(['a', 'b', 'c'].map((op) => peer.request({ op })));
    expect(replies).toEqual([{ op: 'a' }, { op: 'b' }, { op: 'c' }]);
  });

  it('rejects one request for an error and goes on', async () => {
    await using peer = start(ECHO);
    await expect(peer.request({ op: 'fail' })).rejects.toThrow('ValueError: no');
    await expect(peer.request({ op: 'a' })).resolves.toEqual({ op: 'a' });
  });

  it('takes nothing else that is printed for a reply, before it or after it', async () => {
    await using peer = start(ECHO);
    const ops = ['babble', 'a', 'mutter', 'b'];
    const replies = await Promise.all(ops.map((op) => peer.request({ op })));
    expect(replies).toEqual(ops.map((op) => ({ op })));
  });

  it('makes one line of a long explanation', async () => {
    await using peer = start(ECHO);
    const asked = peer.request({ op: 'lecture' });
    await expect(asked).rejects.toThrow(/^TypeError: no because x{278}\.\.\.$/);
  });

  it('rejects what was asked of a process that ends, and says why it ended', async () => {
    await using peer = start(ECHO);
    await expect(peer.request({ op: 'die' })).rejects.toThrow(/ended with exit code 3: out of luck/);
    await expect(peer.request({ op: 'a' })).rejects.toThrow(/ended with exit code 3/);
  });

  it('says what a traceback ends with', async () => {
    const traceback = ['Traceback (most recent call last):', '  File "x"', 'ImportError: no numpy'];
    await using peer = start(`console.error(${JSON.stringify(traceback.join('\n'))}); process.exit(1);`);
    await expect(peer.request({ op: 'a' })).rejects.toThrow(/ended with exit code 1: ImportError: no numpy$/);
  });

  it('rejects when the program cannot be started', async () => {
    await using peer = startPython('x.py', join(folder, 'no-such-python'));
    await expect(peer.request({ op: 'a' })).rejects.toThrow(/could not be started/);
  });
});
