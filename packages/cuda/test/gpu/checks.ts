import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { randomPattern } from '@sparsek/bsr';
import { type BsrPattern, InvalidMatrixError } from '@sparsek/types';
import { nativeSpmm } from '../../src/autotune/spmm.js';
import { type TuningRecord, tuningFolder } from '../../src/autotune/store.js';
import { deviceState, streamState } from '../../src/device/state.js';
import {
  type CudaDevice,
  type DeviceMemory,
  emptyDense,
  planSpmmOnDevice,
  tuneSpmmOnDevice,
  wrapBsr,
} from '../../src/index.js';

const square = (side: number, block: number, density: number): BsrPattern =>
  randomPattern({ shape: [side, side], blockShape: [block, block], density, seed: 1 });

/** Row i keeps the first 1 / (i + 1) of the columns: every row shares most with the first. */
function nested(rows: number, block: number): BsrPattern {
  const indptr = new Int32Array(rows + 1);
  const indices: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < rows / (row + 1); column += 1) indices.push(column);
    indptr[row + 1] = indices.length;
  }
  return {
    shape: [rows * block, rows * block],
    blockShape: [block, block],
    indptr,
    indices: Int32Array.from(indices),
  };
}

/** Rows are grouped alike by host and device, bit for bit. */
export async function checkPlans(device: CudaDevice): Promise<string> {
  const { binding } = deviceState(device);
  const stream = streamState(device.stream).handle;
  const told: string[] = [];
  for (const [name, pattern, size] of [
    ['8192/64', square(8192, 64, 0.125), 2],
    ['8192/32', square(8192, 32, 0.125), 8],
    ['8192/16', square(8192, 16, 0.125), 16],
    ['16384/32', square(16384, 32, 0.125), 8],
    ['16384/16', square(16384, 16, 0.125), 16],
    ['65536/16', square(65536, 16, 0.01), 16],
    ['ragged', square(16 * 1500 + 5, 16, 0.02), 16],
    ['nested', nested(1024, 16), 16],
    ['full', square(8192, 16, 1), 16],
    ['tiny', square(64, 32, 0.5), 8],
  ] as const) {
    const problem = nativeSpmm({ pattern, dtype: 'f16', denseExtent: pattern.shape[1], columnMajor: false });
    const group = (onDevice: boolean) => {
      let best = Number.POSITIVE_INFINITY;
      let groups = new Int32Array();
      for (let round = 0; round < 3; round += 1) {
        const start = performance.now();
        groups = binding.groupBlockRows(stream, ...problem, size, onDevice) as typeof groups;
        best = Math.min(best, performance.now() - start);
      }
      return { groups, best };
    };
    const [host, own] = [group(false), group(true)];
    const same =
      host.groups.length === own.groups.length && host.groups.every((row, i) => row === own.groups[i]);
    if (!same) throw new Error(`${name}: the device groups rows differently`);
    const denseExtent = 64 * Math.ceil(pattern.shape[1] / 64);
    const plans = Array.from({ length: 3 }, () => {
      using plan = planSpmmOnDevice(device, { pattern, dtype: 'f16', denseExtent });
      return plan.planMs.toFixed(2);
    });
    told.push(
      `${name} host ${host.best.toFixed(2)} device ${own.best.toFixed(2)} plans ${plans.join(' ')} ms`,
    );
  }
  return told.join('\n        ');
}

/** The check finds each kind of fault, and says where the first one is. */
export async function checkPatternFaults(device: CudaDevice): Promise<string> {
  const pattern = square(8192, 64, 0.125);
  const blocks = pattern.indices.length;
  const middle = pattern.indptr[64]!;
  const cases: readonly (readonly [string, (indptr: Int32Array, indices: Int32Array) => void])[] = [
    ['', () => undefined],
    ['indptr[0]', (indptr) => indptr.fill(1, 0, 1)],
    ['after block row 64', (indptr) => indptr.fill(0, 65, 66)],
    [`(the number of blocks)`, (indptr) => indptr.fill(blocks - 1, 128)],
    [`indices[${middle}] is outside`, (_, indices) => indices.fill(-1, middle, blocks)],
    [`indices[${blocks - 1}] is outside`, (_, indices) => indices.fill(1 << 30, blocks - 1)],
    [`indices[${middle + 1}] does not`, (_, indices) => indices.copyWithin(middle + 1, middle, middle + 1)],
  ];
  for (const [message, spoil] of cases) {
    const [indptr, indices] = [pattern.indptr.slice(), pattern.indices.slice()];
    spoil(indptr, indices);
    const seen = await wrapped(device, { ...pattern, indptr, indices });
    if (message === '' ? seen !== '' : !seen.includes(message))
      throw new Error(`"${seen}" and not "${message}"`);
  }
  return `${cases.length} cases; one check takes ${(await checkTime(device, pattern)).toFixed(2)} us`;
}

async function wrapped(device: CudaDevice, pattern: BsrPattern): Promise<string> {
  using indptr = upload(device, pattern.indptr);
  using indices = upload(device, pattern.indices);
  using values = device.allocate(pattern.indices.length * pattern.blockShape[0] * pattern.blockShape[1] * 2);
  try {
    await wrapBsr(device, { ...pattern, dtype: 'f16', indptr, indices, values });
    return '';
  } catch (error) {
    if (error instanceof InvalidMatrixError) return error.message;
    throw error;
  }
}

function upload(device: CudaDevice, words: Int32Array): DeviceMemory {
  const memory = device.allocate(words.byteLength);
  device.stream.upload(memory, words);
  return memory;
}

/** Microseconds of one check among many. */
async function checkTime(device: CudaDevice, pattern: BsrPattern): Promise<number> {
  const { binding } = deviceState(device);
  const { stream } = device;
  using indptr = upload(device, pattern.indptr);
  using indices = upload(device, pattern.indices);
  using pinned = device.allocatePinned(2048);
  const reports = new Uint32Array(pinned.buffer);
  using start = device.createEvent();
  using end = device.createEvent();
  const launch = () =>
    binding.launchCheck(
      streamState(stream).handle,
      indptr.address,
      indices.address,
      pattern.indptr.length - 1,
      Math.ceil(pattern.shape[1] / pattern.blockShape[1]),
      pattern.indices.length,
      reports,
    );
  using graph = stream.capture(() => {
    for (let count = 0; count < 100; count += 1) launch();
  });
  graph.replay(stream);
  stream.record(start);
  graph.replay(stream);
  stream.record(end);
  await stream.done();
  return (1000 * end.elapsedSince(start)) / 100;
}

/** The second time nothing is measured. Tells what was, in milliseconds. */
export async function checkTuning(device: CudaDevice): Promise<string> {
  const told: string[] = [];
  for (const side of [4096, 8192, 16384]) {
    for (const block of [128, 64, 32, 16]) {
      const pattern = square(side, block, 0.125);
      const problem = { pattern, dtype: 'f16', denseExtent: side } as const;
      const before = recordTimes();
      const start = performance.now();
      const candidate = await tuneSpmmOnDevice(device, problem);
      const measured = performance.now();
      if ((await tuneSpmmOnDevice(device, problem)) !== candidate)
        throw new Error('the answer is not remembered');
      const remembered = performance.now() - measured;
      using plan = planSpmmOnDevice(device, { ...problem, candidate });
      told.push(
        `${side}/${block} ${candidate} = ${plan.kernel} (${writtenSince(before)}; took ${(measured - start).toFixed(0)}, then ` +
          `${remembered.toFixed(1)})`,
      );
    }
  }
  return told.join('\n        ');
}

/** When each record of the tuning folder was last written. */
function recordTimes(): ReadonlyMap<string, number> {
  const folder = tuningFolder();
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder).map((file) => [join(folder, file), statSync(join(folder, file)).mtimeMs]),
  );
}

/** What was measured since, in milliseconds. A device of the same model as one before it measures nothing. */
function writtenSince(before: ReadonlyMap<string, number>): string {
  const written = [...recordTimes()].find(([file, time]) => before.get(file) !== time);
  if (written === undefined) return 'known from a device of this model';
  const { measured } = JSON.parse(readFileSync(written[0], 'utf8')) as TuningRecord;
  return Object.entries(measured)
    .map(([name, time]) => `${name} ${time.toFixed(4)}`)
    .join(', ');
}

/** Microseconds that one call costs the host, in a warm loop and as part of a graph. */
export async function checkHostCost(device: CudaDevice): Promise<string> {
  const CALLS = 500;
  const { stream } = device;
  const pattern = square(256, 64, 0.5);
  using values = device.allocate(pattern.indices.length * 64 * 64 * 2);
  using out = emptyDense(device, [256, 256], 'f16');
  using dense = emptyDense(device, [256, 256], 'f16');
  for (const { memory } of [out, dense]) stream.fill(memory, 0);
  stream.fill(values, 0);
  using plan = planSpmmOnDevice(device, { pattern, dtype: 'f16', denseExtent: 256 });
  const launch = () => plan.launch({ values, dense, out });
  const cost = async (call: () => void, calls: number) => {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 6; round += 1) {
      const start = performance.now();
      for (let count = 0; count < calls; count += 1) call();
      best = Math.min(best, (1000 * (performance.now() - start)) / calls);
      await stream.done();
    }
    return best;
  };
  const direct = await cost(launch, CALLS);
  using graph = stream.capture(() => {
    for (let count = 0; count < 10; count += 1) launch();
  });
  const replayed = (await cost(() => graph.replay(stream), CALLS / 10)) / 10;
  if (direct > 10 || replayed > 3) throw new Error(`a call takes ${direct} us, ${replayed} us in a graph`);
  return `${direct.toFixed(2)} us a call, ${replayed.toFixed(2)} us in a graph of 10`;
}
