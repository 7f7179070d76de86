// What no driver double can show, on every GPU of a machine: dist-gpu/devices (see docs/cuda.md). Prints a line a check and
// exits with 1 when one fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type CudaDevice, listDevices, openDevice } from '../../src/index.js';
import { checkHostCost, checkPatternFaults, checkPlans, checkTuning } from './checks.js';
import { exactProduct } from './product.js';

type Check = () => Promise<string>;
let failures = 0;

/** Part of the names of the checks to make; default all. */
const wanted = isMainThread ? (process.argv[2] ?? '') : '';

async function report(name: string, check: Check): Promise<void> {
  if (!name.includes(wanted)) return;
  try {
    console.log(`ok      ${name}: ${await check()}`);
  } catch (error) {
    failures += 1;
    console.log(
      `FAILED  ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}

async function checkTogether(devices: readonly CudaDevice[]): Promise<string> {
  const sums = await Promise.all(devices.map((device) => exactProduct(device)));
  if (new Set(sums).size !== 1) throw new Error(`the devices differ: ${sums.join(', ')}`);
  return `${devices.length} devices at once agree`;
}

async function checkPeers(devices: readonly CudaDevice[]): Promise<string> {
  const words = Uint32Array.from({ length: 1 << 20 }, (_, i) => Math.imul(i, 2654435761) >>> 0);
  for (const from of devices) {
    for (const to of devices.filter((device) => device !== from)) {
      using source = from.allocate(words.byteLength);
      using target = to.allocate(words.byteLength);
      from.stream.upload(source, words);
      using written = from.createEvent();
      from.stream.record(written);
      to.stream.wait(written);
      to.stream.copy(target, source);
      const seen = await to.stream.download(target, new Uint32Array(words.length));
      if (!seen.every((word, i) => word === words[i]))
        throw new Error(`${from.info.ordinal} -> ${to.info.ordinal}`);
    }
  }
  return 'copies arrive whole in every direction';
}

async function checkWorkers(ordinals: readonly number[]): Promise<string> {
  // Two workers a device: threads share a device's context and nothing else.
  const workers = [...ordinals, ...ordinals].map((ordinal) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { ordinal } });
    return new Promise<number>((resolve, reject) => worker.once('message', resolve).once('error', reject));
  });
  const sums = await Promise.all(workers);
  if (new Set(sums).size !== 1) throw new Error(`workers differ: ${sums.join(', ')}`);
  return `${workers.length} threads agree`;
}

async function main(): Promise<void> {
  const ordinals = listDevices()
    .filter(({ supported }) => supported)
    .map(({ ordinal }) => ordinal);
  process.env.SPARSEK_CACHE = mkdtempSync(join(tmpdir(), 'sparsek-devices-'));
  const devices = ordinals.map((ordinal) => openDevice({ ordinal }));
  for (const device of devices) {
    const where = `device ${device.info.ordinal} (${device.info.name})`;
    await report(`${where}, product`, async () => `sum ${await exactProduct(device)}`);
    if (device.info.computeCapability === '9.0') await report(`${where}, plans`, () => checkPlans(device));
    await report(`${where}, faults of patterns`, () => checkPatternFaults(device));
    await report(`${where}, autotune`, () => checkTuning(device));
    await report(`${where}, host`, () => checkHostCost(device));
  }
  await report('all devices', () => checkTogether(devices));
  if (devices.length > 1) await report('between devices', () => checkPeers(devices));
  await report('worker threads', () => checkWorkers(ordinals));
  for (const device of devices) device[Symbol.dispose]();
  rmSync(process.env.SPARSEK_CACHE, { recursive: true });
  process.exitCode = failures > 0 ? 1 : 0;
}

if (isMainThread) await main();
else {
  using device = openDevice({ ordinal: (workerData as { readonly ordinal: number }).ordinal });
  parentPort!.postMessage(await exactProduct(device));
}
