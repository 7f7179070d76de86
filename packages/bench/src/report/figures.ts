import { shareOfDenseRate } from './dense-rate.js';
import type { CaseResult, ContestantResult } from './schema.js';

/** `8.40 µs`, `0.523 ms`, `12.3 ms`, `1.24 s`. */
export function formatMs(ms: number): string {
  if (ms < 0.1) return `${(1000 * ms).toPrecision(3)} µs`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toPrecision(3)} ms`;
}

/** Floating-point operations per second with a unit that keeps the number readable. */
export function formatFlops(tflops: number): string {
  return tflops >= 1 ? `${tflops.toPrecision(3)} TFLOP/s` : `${(tflops * 1000).toPrecision(3)} GFLOP/s`;
}

/** Bytes per second with a unit that keeps the number readable. */
export function formatBandwidth(bytesPerSecond: number): string {
  return bytesPerSecond >= 1e12
    ? `${(bytesPerSecond / 1e12).toPrecision(3)} TB/s`
    : `${(bytesPerSecond / 1e9).toPrecision(3)} GB/s`;
}

/** The rate that matters for a case: floating-point work, or bytes where nothing is multiplied. */
export function formatRate(contestant: ContestantResult): string {
  if (contestant.usefulTflops !== undefined) return formatFlops(contestant.usefulTflops);
  if (contestant.gigabytesPerSecond !== undefined)
    return `${contestant.gigabytesPerSecond.toPrecision(3)} GB/s`;
  return '';
}

/** How many times as long a peer takes as the first contestant. */
export function formatRatio(contestant: ContestantResult): string {
  return contestant.timeRatio === undefined ? '' : `${contestant.timeRatio.toPrecision(3)}x`;
}

/** `0.87`: a share of a rate. */
export function formatShare(share: number | undefined): string {
  return share === undefined ? '' : share.toPrecision(2);
}

export function formatCheck(contestant: ContestantResult): string {
  if (!contestant.check) return '';
  return contestant.check.passed ? 'ok' : 'WRONG';
}

/** Rows for a table: one a contestant, skipped ones with their reason. */
export function tableRows(result: CaseResult): string[][] {
  return result.contestants.map((contestant, index) => [
    index === 0 ? result.case.name : '',
    contestant.name,
    contestant.timing
      ? formatMs(contestant.timing.median)
      : `skipped: ${contestant.skipped ?? 'no reason given'}`,
    formatRate(contestant),
    formatRatio(contestant),
    formatShare(shareOfDenseRate(result, contestant)),
    formatCheck(contestant),
  ]);
}

export const TABLE_HEAD = [
  'case',
  'contestant',
  'time',
  'useful rate',
  'time ratio',
  'of dense rate',
  'check',
] as const;

/** The same rows as a Markdown table. */
export function markdownTable(results: readonly CaseResult[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rows = results.flatMap(tableRows).map(line);
  return [line(TABLE_HEAD), line(TABLE_HEAD.map(() => '---')), ...rows].join('\n');
}
