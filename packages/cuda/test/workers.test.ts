import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { useDriverDouble } from './driver-double/use.js';

const double = useDriverDouble();

/** The addon's path: workers run plain JavaScript, so they use the addon itself. */
const addon = createRequire(import.meta.url).resolve('@sparsek/cuda-linux-x64-gnu');

/** Runs a script in a process of its own, where a crash can be seen, and gives what it prints. */
async function inProcess(script: string): Promise<string> {
  const environment = { ...process.env, ADDON: addon };
  const run = promisify(execFile)(process.execPath, ['-e', script], { env: environment, timeout: 20_000 });
  return (await run).stdout.trim();
}

const WORKER = `
  const { parentPort } = require('node:worker_threads');
  const cuda = require(process.env.ADDON);
  cuda.load(process.env.SPARSEK_CUDA_DRIVER);
  const device = cuda.openDevice(0, '/nowhere');
  const stream = cuda.createStream(device, 0);
  const buffer = cuda.allocate(stream, 64);
  const address = cuda.bufferAddress(buffer);
`;

describe('worker threads', () => {
  it('have devices, pools and completions of their own', async () => {
    const worker = `${WORKER}
      (async () => {
        cuda.fill(stream, address, 1, 7, 64);
        await cuda.whenDone(stream);
        const { allocations, used } = cuda.poolStatistics(device, false);
        parentPort.postMessage({ allocations, used });
      })();`;
    const output = await inProcess(`
      const { Worker } = require('node:worker_threads');
      const workers = Array.from({ length: 3 }, () => new Worker(${JSON.stringify(worker)}, { eval: true }));
      Promise.all(workers.map((one) => new Promise((resolve) => one.on('message', resolve))))
        .then((all) => console.log(JSON.stringify(all)));`);
    expect(JSON.parse(output)).toEqual(Array(3).fill({ allocations: 1, used: 512 }));
  });

  it('can be terminated with work in flight, again and again', async () => {
    double.set({ DELAY_MS: 5 });
    const worker = `${WORKER}
      for (let i = 0; i < 10; i += 1) {
        cuda.fill(stream, address, 1, i, 64);
        cuda.whenDone(stream);
        cuda.copyToHost(stream, address, new Uint8Array(64), false);
      }
      parentPort.postMessage('busy');
      setInterval(() => {}, 1000);`;
    const output = await inProcess(`
      const { Worker } = require('node:worker_threads');
      (async () => {
        for (let i = 0; i < 8; i += 1) {
          const worker = new Worker(${JSON.stringify(worker)}, { eval: true });
          await new Promise((resolve) => worker.once('message', resolve));
          await worker.terminate();
        }
        console.log('survived');
      })();`);
    expect(output).toBe('survived');
  });

  it('do not keep the process alive when nothing is under way', async () => {
    const output = await inProcess(`
      const parentPort = null;
      ${WORKER.replace("const { parentPort } = require('node:worker_threads');", '')}
      cuda.fill(stream, address, 1, 1, 64);
      cuda.whenDone(stream).then(() => console.log('done'));`);
    expect(output).toBe('done');
  });

  it('leave nothing behind at the end of the process', async () => {
    double.forget();
    await inProcess(`
      const parentPort = null;
      ${WORKER.replace("const { parentPort } = require('node:worker_threads');", '')}
      cuda.fill(stream, address, 1, 1, 64);`);
    expect(double.calls('cuStreamDestroy_v2')).toHaveLength(1);
    expect(double.calls('cuMemFree_v2')).toHaveLength(1);
    expect(double.calls('cuDevicePrimaryCtxRelease_v2')).toHaveLength(1);
  });
});

describe('the addon', () => {
  it('refuses handles of another kind and freed ones', async () => {
    const output = await inProcess(`
      const parentPort = null;
      ${WORKER.replace("const { parentPort } = require('node:worker_threads');", '')}
      const say = (run) => { try { run(); console.log('no error'); } catch (error) { console.log(error.message); } };
      say(() => cuda.bufferAddress(stream));
      say(() => cuda.bufferAddress({}));
      cuda.dropBuffer(buffer);
      say(() => cuda.bufferAddress(buffer));
      say(() => cuda.fill(stream, 1, 1, 1, 1));
      say(() => cuda.allocate(stream, -1));
      say(() => cuda.allocate(stream, 0.5));
      say(() => cuda.createStream(device, 2 ** 31));
      say(() => cuda.createStream(device, 'high'));
      say(() => cuda.describeCheck(new Uint32Array(1), 4, 4, 4));
      const pattern = (...rest) => cuda.planSpmm(stream, 64, 64, ...rest, 1, 64, 1, false, false, 'model');
      say(() => pattern(0, 16, new Int32Array(5), new Int32Array(0)));
      say(() => pattern(16, 16, new Int32Array(4), new Int32Array(0)));
      say(() => pattern(16, 16, new Int32Array([0, 1, 2, 3, 4]), new Int32Array(3)));
      say(() => pattern(16, 16, new Uint8Array(5), new Int32Array(0)));`);
    expect(output.split('\n')).toEqual([
      'Expected a native device buffer but received another native object',
      'Expected a native device buffer but received an object',
      'This native device buffer was freed',
      'Expected an address for argument 1 but received 1',
      'Expected a size for argument 1 but received -1',
      'Expected a size for argument 1 but received 0.5',
      'Expected a 32-bit integer for argument 1 but received 2147483648',
      "Expected a number for argument 1 but received 'high'",
      'Expected 8 elements for the bytes of reports but received 4',
      'Expected 1 or more for a block side but received 0',
      'Expected 5 elements for indptr but received 4',
      'Expected 4 elements for indices but received 3',
      'Expected elements of 4 bytes for argument 5 but received 1',
    ]);
  });

  it('outlives a driver that refuses to make its context current', async () => {
    const output = await inProcess(`
      const parentPort = null;
      ${WORKER.replace("const { parentPort } = require('node:worker_threads');", '')}
      process.env.FAKE_CUDA_FAIL = 'cuCtxPushCurrent_v2:4';
      try { cuda.fill(stream, address, 1, 1, 64); } catch (error) { console.log(error.message); }
      cuda.dropBuffer(buffer);
      cuda.dropStream(stream);
      cuda.dropDevice(device);
      console.log('still here');`);
    expect(output.split('\n')).toEqual(['cuCtxPushCurrent failed', 'still here']);
  });
});
