import type { Work } from '../case/work.js';
import type { KernelProfile } from './ncu-metrics.js';

export const PROFILE_HEAD = [
  'kernel',
  'range',
  'time',
  'tensor cores busy',
  'L2 bytes',
  'of the fewest',
  'memory bytes',
  'of the fewest',
  'occupancy',
  'mostly waits for',
] as const;

/** A row for each kernel. The fewest bytes are those of the case: every input read once, every output written once. */
export function profileRows(kernels: readonly KernelProfile[], { bytes }: Work): string[][] {
  return kernels.map((profile) => {
    const { kernel, range, microseconds, tensorShare, l2Bytes, memoryBytes, occupancy, stall } = profile;
    return [
      kernel,
      range ?? '-',
      microseconds === undefined ? '-' : `${microseconds.toPrecision(4)} µs`,
      percent(tensorShare),
      ...[l2Bytes, memoryBytes].flatMap((moved) => [mebibytes(moved), times(moved, bytes)]),
      percent(occupancy),
      stall ? `${stall.reason} (${percent(stall.share)})` : '-',
    ];
  });
}

const percent = (share: number | undefined) => (share === undefined ? '-' : `${(100 * share).toFixed(1)} %`);

const mebibytes = (bytes: number | undefined) =>
  bytes === undefined ? '-' : `${(bytes / 2 ** 20).toPrecision(4)} MiB`;

const times = (moved: number | undefined, fewest: number) =>
  moved === undefined ? '-' : `${(moved / fewest).toPrecision(3)}x`;
