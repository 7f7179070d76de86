import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { normalValues } from '@sparsek/bsr';
import { writeMatrix, writeTensor } from '@sparsek/bsr/io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProduct, numbersIn } from './numbers.js';
import { type Ran, temporaryFolder } from './support.js';

const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
const SOURCE = fileURLToPath(new URL('../src', import.meta.url));

/** `npm test` builds the command before this; the tests of this file run what is installed, not the sources. */
function unbuilt(): string | undefined {
  if (!existsSync(BIN)) return 'dist/bin.js is missing; "npm test" builds it';
  const newest = Math.max(
    ...readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).map(
      (name) => statSync(join(SOURCE, name)).mtimeMs,
    ),
  );
  return statSync(BIN).mtimeMs < newest ? 'dist is older than src; "npm test" builds it' : undefined;
}

const missing = process.env.TURBO_HASH === undefined ? unbuilt() : undefined;
if (missing !== undefined) console.warn(`skipped: ${missing}`);

const folder = temporaryFolder();
afterAll(() => folder.remove());
const file = (name: string) => folder.file(name);

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  // Without the condition for sources, so that the child loads what users load.
  return spawn(process.execPath, [BIN, ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function finish(child: ChildProcess): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = await once(child, 'close');
  return { code: code ?? `killed by ${signal}`, stdout, stderr };
}

const run = (args: readonly string[], env?: NodeJS.ProcessEnv) => finish(start(args, env));

/**
 * Waits until a process has loaded the CPU kernels, and a moment more, so that its work has begun. That it catches a signal
 * says nothing: Node does from its first moment.
 */
async function working(child: ChildProcess): Promise<void> {
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const maps = `/proc/${child.pid}/maps`;
  // Linux tells which libraries a process has loaded; elsewhere a while has to do.
  if (!existsSync('/proc/self/maps')) await pause(4000);
  while (existsSync(maps) && !readFileSync(maps, 'utf8').includes('sparsek_cpu.node')) await pause(50);
  await pause(1000);
}

beforeAll(async () => {
  const values = normalValues(64 * 64, { seed: 1 }).map((value, n) => ((n >> 3) % 3 === 0 ? value : 0));
  await writeMatrix(file('a.npy'), { shape: [64, 64], dtype: 'f32', values });
  const shape = [1, 8, 4096, 64];
  await writeTensor(file('q.npy'), { shape, dtype: 'f32', values: normalValues(8 * 4096 * 64, { seed: 2 }) });
});

describe.skipIf(missing !== undefined)('the installed command', () => {
  it('converts, multiplies and reports, with nothing but the report on stdout', async () => {
    expect(await run(['convert', file('a.npy'), file('a.npz'), '--block', '8x8'])).toMatchObject({
      code: 0,
      stderr: '',
    });
    const { code, stdout, stderr } = await run([
      'matmul',
      file('a.npz'),
      file('a.npy'),
      file('c.npy'),
      '--json',
      '--repeat',
      '2',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ operation: 'spmm', shape: [64, 64], repeat: 2 });
    const a = await numbersIn(file('a.npy'));
    expectProduct((await numbersIn(file('c.npy'))).values, a, a, 'f32');
  });

  it('ends with 0, 2 and 3', async () => {
    expect((await run(['--version'])).code).toBe(0);
    const usage = await run(['matmul', file('a.npy')]);
    expect(usage).toMatchObject({ code: 2, stdout: '' });
    expect(usage.stderr).toMatch(/^sparsek: missing required argument 'B'; see sparsek matmul --help\n$/);
    const input = await run(['inspect', file('gone.npz')]);
    expect(input).toMatchObject({ code: 2, stdout: '' });
    // The variable overrides `auto`; the driver hides every GPU.
    const env = { SPARSEK_BACKEND: 'cuda', CUDA_VISIBLE_DEVICES: '-1' };
    const unavailable = await run(['validate', '--only', 'sddmm'], env);
    expect(unavailable).toMatchObject({ code: 3, stdout: '' });
    expect(unavailable.stderr).toMatch(/^sparsek: The cuda backend is not available: [^\n]+\n$/);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with 130 on %s and leaves no output behind',
    async (signal) => {
      const qkv = ['--q', 'q.npy', '--k', 'q.npy', '--v', 'q.npy'].map((arg) =>
        arg.startsWith('--') ? arg : file(arg),
      );
      const child = start([
        'attention',
        ...qkv,
        '--out',
        file('o.npy'),
        '--repeat',
        '1000000',
        '--backend',
        'cpu',
      ]);
      const done = finish(child);
      await working(child);
      child.kill(signal);
      const { code, stdout, stderr } = await done;
      expect({ code, stdout, stderr }).toEqual({
        code: 130,
        stdout: '',
        stderr: 'sparsek: interrupted; nothing was written\n',
      });
      expect(
        readdirSync(folder.path).filter((name) => name.includes('o.npy') || name.endsWith('.tmp')),
      ).toEqual([]);
    },
  );

  it.skipIf(!existsSync('/dev/full'))('ends with 2 and one line when stdout takes nothing more', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [BIN, 'info', '--json'], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    expect((await once(child, 'close'))[0]).toBe(2);
    expect(stderr).toBe('sparsek: Standard output cannot be written: the system says ENOSPC\n');
  });

  it.skipIf(!existsSync('/dev/full'))('keeps its exit code when stderr takes nothing', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [BIN, 'inspect', file('gone.npz')], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', full],
    });
    closeSync(full);
    expect((await once(child, 'close'))[0]).toBe(2);
  });

  it('does not mind a reader that stops early', async () => {
    const child = start(['help', 'attention']);
    child.stdout!.destroy();
    expect([0, null]).toContain((await once(child, 'close'))[0]);
  });
});
