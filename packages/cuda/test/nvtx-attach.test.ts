import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { profilerRange } from '../src/index.js';
import { library as someLibrary } from './driver-double/build.js';
import { useDriverDouble } from './driver-double/use.js';
import { buildRecorder, places } from './nvtx/recorder.js';

const double = useDriverDouble();
const recorder = buildRecorder();
const addon = createRequire(import.meta.url).resolve('@sparsek/cuda-linux-x64-gnu');

/** Whether a range is open, and what happens in a few operations, in a process with these variables. */
async function inProcess(variables: Readonly<Record<string, string>>, script = OPERATIONS): Promise<string> {
  const log = { RECORDER_LOG: process.env.FAKE_CUDA_LOG };
  const env = { ...process.env, ...log, ...variables, ADDON: addon };
  const run = promisify(execFile)(process.execPath, ['-e', script], { env, timeout: 20_000 });
  const { stdout, stderr } = await run;
  return (stdout + stderr).trim();
}

const OPERATIONS = `
  const cuda = require(process.env.ADDON);
  cuda.load(process.env.SPARSEK_CUDA_DRIVER);
  const range = cuda.startRange('mine');
  const device = cuda.openDevice(0, '/nowhere');
  const stream = cuda.createStream(device, 0);
  const address = cuda.bufferAddress(cuda.allocate(stream, 64));
  cuda.fill(stream, address, 1, 7, 64);
  if (range !== undefined) cuda.endRange(range);
  console.log(typeof range);`;

/** The ranges of those operations. */
const TOLD = [
  ...['sparsek.driver.load', '[mine]', 'sparsek.device.open', 'sparsek.memory.allocate', 'sparsek.fill'],
  '[/mine]',
];

describe('a profiler', () => {
  it.each(['plain', 'ex'])('that subscribes to the %s functions hears of every range', async (mode) => {
    const variables = { NVTX_INJECTION64_PATH: recorder, RECORDER_MODE: mode };
    expect(await inProcess(variables)).toBe('bigint');
    expect(double.calls('attach')).toEqual([`attach ${mode}`]);
    expect(places(double.calls())).toEqual(TOLD);
  });

  it('attaches once, however many threads begin', async () => {
    const worker = `
      const cuda = require(process.env.ADDON);
      for (let i = 0; i < 100; i += 1) cuda.endRange(cuda.startRange('r'));
      require('node:worker_threads').parentPort.postMessage('done');`;
    const script = `
      const { Worker } = require('node:worker_threads');
      for (let i = 0; i < 4; i += 1) new Worker(${JSON.stringify(worker)}, { eval: true });`;
    await inProcess({ NVTX_INJECTION64_PATH: recorder }, script);
    expect(double.calls('attach')).toHaveLength(1);
    expect(places(double.calls())).toHaveLength(2 * 4 * 100);
  });

  it.each(['refuse', 'deaf'])('that attaches with "%s" hears of nothing', async (mode) => {
    expect(await inProcess({ NVTX_INJECTION64_PATH: recorder, RECORDER_MODE: mode })).toBe('undefined');
    expect(double.calls('attach')).toEqual([`attach ${mode}`]);
    expect(places(double.calls())).toEqual([]);
  });
});

describe('without a profiler', () => {
  it.each([
    ['a path that does not exist', '/nowhere/libprofiler.so'],
    ['a file that is no library', addon.replace(/[^/]*$/, 'package.json')],
    ['a library of something else', someLibrary],
    ['an empty path', ''],
  ])('operations run in silence: %s', async (_, path) => {
    expect(await inProcess({ NVTX_INJECTION64_PATH: path })).toBe('undefined');
    expect(double.calls('cuMemsetD8Async')).toHaveLength(1);
  });

  it('profilerRange gives one object that does nothing', () => {
    const range = profilerRange('nobody hears');
    expect(profilerRange('of this')).toBe(range);
    expect(() => range[Symbol.dispose]()).not.toThrow();
  });
});
