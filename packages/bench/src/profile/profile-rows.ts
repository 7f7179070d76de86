import type { Work } from '../case/work.js';
import type { KernelProfile } from './ncu-metrics.js';

export const PROFILE_HEAD = [
  'kernel',
  'time',
  'tensor cores busy',
  'L2 bytes',
  'memory bytes',
  'of the fewest',
  'occupancy',
  'mostly waits for',
] as const;

/** A row for each kernel. The fewest bytes are those of the case: every input read once, every output written once. */
export function profileRows(kernels: readonly KernelProfile[], { bytes }: Work): string[][] {
  return kernels.map(({ kernel, microseconds, tensorShare, l2Bytes, memoryBytes, occupancy, stall }) => [
    kernel,
    microseconds === undefined ? '-' : `${microseconds.toPrecision(4)} µs`,
    percent(tensorShare),
    mebibytes(l2Bytes),
    mebibytes(memoryBytes),
    memoryBytes === undefined ? '-' : `${(memoryBytes / bytes).toPrecision(3)}x`,
    percent(occupancy),
    stall ? `${stall.reason} (${percent(stall.share)})` : '-',
  ]);
}

const percent = (share: number | undefined) => (share === undefined ? '-' : `${(100 * share).toFixed(1)} %`);

const mebibytes = (bytes: number | undefined) =>
  bytes === undefined ? '-' : `${(bytes / 2 ** 20).toPrecision(4)} MiB`;
