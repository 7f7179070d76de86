import type { KernelProfile } from './ncu-metrics.js';
import type { Profile } from './profile-case.js';

export const PROFILE_HEAD = [
  'kernel',
  'range',
  'time',
  'tensor cores busy',
  'L2 bytes',
  'of the plan',
  'memory bytes',
  'of the fewest',
  'occupancy',
  'mostly waits for',
] as const;

/**
 * A row for each kernel, and one for several together. The plan's bytes are those that its tiles bring through the L2
 * cache; the fewest bytes of memory are every input read once and every output written once.
 */
export function profileRows({ kernels, work, plannedL2Bytes }: Profile): string[][] {
  const rows = kernels.length > 1 ? [...kernels, together(kernels)] : kernels;
  return rows.map((profile) => {
    const { kernel, range, microseconds, tensorShare, l2Bytes, memoryBytes, occupancy, stall } = profile;
    return [
      kernel,
      range ?? '-',
      microseconds === undefined ? '-' : `${microseconds.toPrecision(4)} µs`,
      percent(tensorShare),
      mebibytes(l2Bytes),
      times(l2Bytes, plannedL2Bytes),
      mebibytes(memoryBytes),
      times(memoryBytes, work.bytes),
      percent(occupancy),
      stall ? `${stall.reason} (${percent(stall.share)})` : '-',
    ];
  });
}

/** What adds up, where every kernel has it. */
function together(kernels: readonly KernelProfile[]): KernelProfile {
  const sums = (['microseconds', 'l2Bytes', 'memoryBytes'] as const).flatMap((name) => {
    const parts = kernels.flatMap((kernel) => kernel[name] ?? []);
    return parts.length === kernels.length ? [[name, parts.reduce((sum, part) => sum + part, 0)]] : [];
  });
  return { kernel: 'together', ...Object.fromEntries(sums) };
}

const percent = (share: number | undefined) => (share === undefined ? '-' : `${(100 * share).toFixed(1)} %`);

const mebibytes = (bytes: number | undefined) =>
  bytes === undefined ? '-' : `${(bytes / 2 ** 20).toPrecision(4)} MiB`;

const times = (moved: number | undefined, counted: number | undefined) =>
  moved === undefined || counted === undefined ? '-' : `${(moved / counted).toPrecision(3)}x`;
