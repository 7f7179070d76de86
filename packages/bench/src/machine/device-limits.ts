import { normalValues } from '@sparsek/bsr';
import { type CudaDevice, type DeviceMemory, launchProbe, type ProbeName } from '@sparsek/cuda';
import type { Dtype } from '@sparsek/types';
import type { MachineLimits } from '../report/schema.js';

/** Far more than any L2 cache holds. */
const LARGE_BYTES = 2 ** 30;
/** Half of the L2 cache that is near a multiprocessor on the smallest GPU with the kernels. */
const CACHED_BYTES = 2 ** 24;
const CACHED_PASSES = 64;
/** A few milliseconds of products: what a short burst of kernels finds, before power sets the clock. */
const MULTIPLY_PASSES = 2000;
const REPEATS = 5;

const BANDWIDTHS: readonly { readonly what: string; readonly probe: ProbeName; readonly cached: boolean }[] =
  [
    { what: 'device memory, read by plain loads', probe: 'read', cached: false },
    { what: 'device memory, read by bulk copies', probe: 'bulk-read', cached: false },
    { what: 'device memory, copied', probe: 'copy', cached: false },
    { what: 'L2 cache, read by plain loads', probe: 'read', cached: true },
    { what: 'L2 cache, read by bulk copies', probe: 'bulk-read', cached: true },
  ];

/**
 * What a Hopper GPU can do at most, by kernels that use one unit each, on random data: matrix products of operands in
 * shared memory, and reads and copies of memory in and beyond the L2 cache. Best of a few launches.
 */
export async function measureDeviceLimits(
  device: CudaDevice,
  dtypes: readonly Dtype[],
): Promise<MachineLimits> {
  using source = device.allocate(LARGE_BYTES);
  using target = device.allocate(LARGE_BYTES);
  fillRandom(device, source);
  const arithmetic: MachineLimits['arithmetic'] = [];
  for (const dtype of new Set(dtypes)) {
    if (dtype === 'f32') continue;
    const probe = `multiply-${dtype}` as const;
    const { flopsPerSecond } = await timeProbe(device, probe, source, target, MULTIPLY_PASSES);
    arithmetic.push({ dtype, flopsPerSecond, kernel: `probe ${probe}` });
  }
  const bandwidths: { what: string; bytesPerSecond: number }[] = [];
  for (const { what, probe, cached } of BANDWIDTHS) {
    const from = cached ? source.view(0, CACHED_BYTES) : source;
    const passes = cached ? CACHED_PASSES : 1;
    const { bytesPerSecond } = await timeProbe(device, probe, from, target, passes);
    bandwidths.push({ what, bytesPerSecond });
  }
  const memory = bandwidths.filter((_, index) => !BANDWIDTHS[index]!.cached);
  const best = memory.reduce((a, b) => (b.bytesPerSecond > a.bytesPerSecond ? b : a));
  return { bytesPerSecond: best.bytesPerSecond, bandwidthKernel: best.what, arithmetic, bandwidths };
}

async function timeProbe(
  device: CudaDevice,
  probe: ProbeName,
  source: DeviceMemory,
  target: DeviceMemory,
  passes: number,
): Promise<{ bytesPerSecond: number; flopsPerSecond: number }> {
  const { stream } = device;
  using start = device.createEvent();
  using end = device.createEvent();
  let best = Number.POSITIVE_INFINITY;
  let work = { bytes: 0, flops: 0 };
  // The first launch warms up and is not counted.
  for (let repeat = 0; repeat <= REPEATS; repeat++) {
    stream.record(start);
    work = launchProbe(device, probe, { source, target, passes });
    stream.record(end);
    await stream.done();
    if (repeat > 0) best = Math.min(best, end.elapsedSince(start) / 1000);
  }
  return { bytesPerSecond: work.bytes / best, flopsPerSecond: work.flops / best };
}

/** Zeros draw less power than data do. A few megabytes are drawn and copied until the memory is full. */
function fillRandom({ stream }: CudaDevice, memory: DeviceMemory): void {
  const drawn = normalValues(2 ** 21, { seed: 1, dtype: 'f16' });
  stream.upload(memory.view(0, drawn.byteLength), drawn);
  for (let filled = drawn.byteLength; filled < memory.bytes; filled *= 2) {
    const bytes = Math.min(filled, memory.bytes - filled);
    stream.copy(memory.view(filled, bytes), memory.view(0, bytes));
  }
}
