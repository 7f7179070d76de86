/** What Nsight Compute says of one kernel launch; a metric that the GPU or the version lacks is left out. */
export interface KernelProfile {
  readonly kernel: string;
  /** The ranges of the thread that launched it, the outermost first, such as `sparsek.spmm`. */
  readonly range?: string;
  readonly microseconds?: number;
  /** Share of the time in which the tensor cores were busy, from 0 to 1. */
  readonly tensorShare?: number;
  /** Bytes through the L2 cache, both ways. */
  readonly l2Bytes?: number;
  /** Bytes to and from device memory. */
  readonly memoryBytes?: number;
  /** Share of the warps that a multiprocessor can hold, from 0 to 1. */
  readonly occupancy?: number;
  /** What warps waited for most, and the share of all waiting. */
  readonly stall?: { readonly reason: string; readonly share: number };
}

/** Names of Nsight Compute 2025.3 on compute capability 9.0. */
const METRIC = {
  nanoseconds: 'gpu__time_duration.sum',
  tensor: 'sm__pipe_tensor_cycles_active.avg.pct_of_peak_sustained_elapsed',
  l2: 'lts__t_bytes.sum',
  read: 'dram__bytes_read.sum',
  write: 'dram__bytes_write.sum',
  occupancy: 'sm__warps_active.avg.pct_of_peak_sustained_active',
} as const;

const STALL = /^smsp__average_warps_issue_stalled_(.+)_per_issue_active\.ratio$/;
/** Not waiting: the warp issued, or could have. */
const NO_STALL = ['selected', 'not_selected'];

/** What is asked of ncu beside its name of the program: no clocks are touched, and numbers come without prefixes. */
export const NCU_OPTIONS: readonly string[] = [
  ...['--csv', '--page', 'raw', '--print-units', 'base', '--clock-control', 'none'],
  ...['--section', 'WarpStateStats', '--metrics', Object.values(METRIC).join(',')],
];

/** Reads the CSV of `--page raw`: a line of names, a line of units, a line for each launch. */
export function parseNcuCsv(text: string): KernelProfile[] {
  const lines = text.split('\n').filter((line) => line.startsWith('"'));
  const [head, , ...rows] = lines.map(splitCsv);
  if (!head) return [];
  return rows.map((row) => {
    const value = (name: string): number | undefined => {
      const cell = row[head.indexOf(name)]?.replaceAll(',', '');
      const number = cell === undefined || cell === '' ? Number.NaN : Number(cell);
      return Number.isFinite(number) ? number : undefined;
    };
    const [read, write] = [value(METRIC.read), value(METRIC.write)];
    const memory = read === undefined && write === undefined ? undefined : (read ?? 0) + (write ?? 0);
    return withoutGaps({
      kernel: row[head.indexOf('Kernel Name')] ?? 'unknown',
      range: rangesIn(row[head.findIndex((name) => name.includes('Push/Pop_Range'))] ?? ''),
      microseconds: scaled(value(METRIC.nanoseconds), 1e-3),
      tensorShare: scaled(value(METRIC.tensor), 0.01),
      l2Bytes: value(METRIC.l2),
      memoryBytes: memory,
      occupancy: scaled(value(METRIC.occupancy), 0.01),
      stall: mainStall(head, value),
    });
  });
}

/**
 * The names in a cell such as `7  "<default domain>:outer:none:none:none:none:none:none"  "<default domain>:inner:..."`:
 * each range is its domain, its name and six attributes.
 */
function rangesIn(cell: string): string | undefined {
  const names = [...cell.matchAll(/"[^":]*:([^"]*?)(?::[^":]*){6}"/g)].map(([, name]) => name);
  return names.length > 0 ? names.join(' > ') : undefined;
}

function mainStall(
  head: readonly string[],
  value: (name: string) => number | undefined,
): KernelProfile['stall'] {
  const stalls = head.flatMap((name) => {
    const reason = STALL.exec(name)?.[1];
    if (reason === undefined || NO_STALL.includes(reason)) return [];
    return [{ reason: reason.replaceAll('_', ' '), warps: value(name) ?? 0 }];
  });
  const all = stalls.reduce((sum, { warps }) => sum + warps, 0);
  if (all === 0) return undefined;
  const { reason, warps } = stalls.reduce((a, b) => (b.warps > a.warps ? b : a));
  return { reason, share: warps / all };
}

const scaled = (value: number | undefined, factor: number) =>
  value === undefined ? undefined : value * factor;

function withoutGaps(
  profile: { [Key in keyof KernelProfile]: KernelProfile[Key] | undefined },
): KernelProfile {
  return Object.fromEntries(
    Object.entries(profile).filter(([, value]) => value !== undefined),
  ) as unknown as KernelProfile;
}

/** Cells in double quotes, which ncu puts around every one; a quote inside is doubled. */
function splitCsv(line: string): string[] {
  return [...line.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell]) => cell!.replaceAll('""', '"'));
}
