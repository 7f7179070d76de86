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

interface BandwidthProbe {
  readonly what: string;
  readonly probe: ProbeName;
  /** Of memory that the L2 cache holds. */
  readonly cached: boolean;
  /** Only where the building blocks themselves are asked for. */
  readonly detail?: boolean;
}

const BANDWIDTHS: readonly BandwidthProbe[] = [
  { what: 'device memory, read by plain loads', probe: 'read', cached: false },
  { what: 'device memory, read by bulk copies', probe: 'bulk-read', cached: false },
  { what: 'device memory, read by tensor copies', probe: 'tensor-read', cached: false, detail: true },
  { what: 'device memory, copied', probe: 'copy', cached: false },
  { what: 'L2 cache, read by plain loads', probe: 'read', cached: true },
  { what: 'L2 cache, read by bulk copies', probe: 'bulk-read', cached: true },
  { what: 'L2 cache, read by tensor copies', probe: 'tensor-read', cached: true, detail: true },
];

const INSTRUCTIONS: readonly { readonly what: string; readonly probe: ProbeName }[] = [
  { what: 'wgmma m64n256k16, f16, operands in shared memory', probe: 'multiply-f16' },
  { what: 'wgmma m64n128k16, f16, operands in shared memory', probe: 'multiply-f16-n128' },
  { what: 'wgmma m64n64k16, f16, operands in shared memory', probe: 'multiply-f16-n64' },
  { what: 'wgmma m64n32k16, f16, operands in shared memory', probe: 'multiply-f16-n32' },
  { what: 'wgmma m64n16k16, f16, operands in shared memory', probe: 'multiply-f16-n16' },
  { what: 'wgmma m64n256k16, f16, A in registers', probe: 'multiply-f16-registers' },
  { what: 'wgmma m64n64k16, f16, A in registers', probe: 'multiply-f16-registers-n64' },
  { what: 'wgmma m64n256k16, bf16, operands in shared memory', probe: 'multiply-bf16' },
];

/**
 * What a Hopper GPU can do at most, by kernels that use one unit each, on random data: matrix products of operands in
 * shared memory, and reads and copies of memory in and beyond the L2 cache. Best of a few launches.
 *
 * @param detail - Also tensor copies, and matrix instructions by shape.
 */
export async function measureDeviceLimits(
  device: CudaDevice,
  dtypes: readonly Dtype[],
  { detail = false, signal }: { readonly detail?: boolean; readonly signal?: AbortSignal } = {},
): Promise<MachineLimits> {
  using source = device.allocate(LARGE_BYTES);
  using target = device.allocate(LARGE_BYTES);
  fillRandom(device, source);
  const time = (probe: ProbeName, from: DeviceMemory, passes: number) => {
    signal?.throwIfAborted();
    return timeProbe(device, probe, from, target, passes);
  };
  const arithmetic: MachineLimits['arithmetic'] = [];
  for (const dtype of new Set(dtypes)) {
    if (dtype === 'f32') continue;
    const probe = `multiply-${dtype}` as const;
    const { flopsPerSecond } = await time(probe, source, MULTIPLY_PASSES);
    arithmetic.push({ dtype, flopsPerSecond, kernel: `probe ${probe}` });
  }
  const measured: { what: string; cached: boolean; bytesPerSecond: number }[] = [];
  for (const { what, probe, cached } of BANDWIDTHS.filter((bandwidth) => detail || !bandwidth.detail)) {
    const from = cached ? source.view(0, CACHED_BYTES) : source;
    const { bytesPerSecond } = await time(probe, from, cached ? CACHED_PASSES : 1);
    measured.push({ what, cached, bytesPerSecond });
  }
  const instructions: { what: string; flopsPerSecond: number }[] = [];
  for (const { what, probe } of detail ? INSTRUCTIONS : []) {
    const { flopsPerSecond } = await time(probe, source, MULTIPLY_PASSES);
    instructions.push({ what, flopsPerSecond });
  }
  const fastest = (cached: boolean) =>
    measured
      .filter((found) => found.cached === cached)
      .reduce((a, b) => (b.bytesPerSecond > a.bytesPerSecond ? b : a));
  const best = fastest(false);
  return {
    bytesPerSecond: best.bytesPerSecond,
    bandwidthKernel: best.what,
    l2BytesPerSecond: fastest(true).bytesPerSecond,
    arithmetic,
    bandwidths: measured.map(({ what, bytesPerSecond }) => ({ what, bytesPerSecond })),
    ...(detail ? { instructions } : {}),
  };
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
