import type { ContestantResult } from './schema.js';

/** `8.40 µs`, `0.523 ms`, `12.3 ms`, `1.24 s`. */
export function formatMs(ms: number): string {
  if (ms < 0.1) return `${threeDigits(1000 * ms)} µs`;
  if (ms >= 999.5) return `${(ms / 1000).toFixed(2)} s`;
  return `${threeDigits(ms)} ms`;
}

/** Floating-point operations per second with a unit that keeps the number readable. */
export function formatFlops(tflops: number): string {
  return tflops >= 0.9995 ? `${threeDigits(tflops)} TFLOP/s` : `${threeDigits(tflops * 1000)} GFLOP/s`;
}

/** Bytes per second with a unit that keeps the number readable. */
export function formatBandwidth(bytesPerSecond: number): string {
  return bytesPerSecond >= 0.9995e12
    ? `${threeDigits(bytesPerSecond / 1e12)} TB/s`
    : `${threeDigits(bytesPerSecond / 1e9)} GB/s`;
}

/** `256 MiB`, `1.50 GiB`. */
export function formatMebibytes(mebibytes: number): string {
  return mebibytes >= 1023.5 ? `${threeDigits(mebibytes / 1024)} GiB` : `${threeDigits(mebibytes)} MiB`;
}

/** `16K` for 16384 rows or tokens. */
export function formatSize(size: number): string {
  return size >= 1024 && size % 1024 === 0 ? `${size / 1024}K` : `${size}`;
}

/** The rate that matters for a case: floating-point work, or bytes where nothing is multiplied. */
export function formatRate(contestant: ContestantResult): string {
  if (contestant.usefulTflops !== undefined) return formatFlops(contestant.usefulTflops);
  if (contestant.gigabytesPerSecond !== undefined)
    return formatBandwidth(1e9 * contestant.gigabytesPerSecond);
  return '';
}

/** `6.92x`: how many times as long, or as fast. */
export function formatTimes(ratio: number): string {
  return `${threeDigits(ratio)}x`;
}

/** How many times as long a peer takes as the first contestant. */
export function formatRatio(contestant: ContestantResult): string {
  return contestant.timeRatio === undefined ? '' : formatTimes(contestant.timeRatio);
}

/** `0.87`: a share of a rate. */
export function formatShare(share: number | undefined): string {
  return share === undefined ? '' : share.toPrecision(2);
}

/** `12.5 %` of 0.125, with three digits. */
export function formatPercent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

/** `2.09e-4`: an error or a bound. */
export function formatError(error: number): string {
  return error.toExponential(2);
}

export function formatCheck(contestant: ContestantResult): string {
  if (!contestant.check) return '';
  return contestant.check.passed ? 'ok' : 'WRONG';
}

/** `0.523`, `12.3`, `1240`: three digits that count, without an exponent where the number is large. */
function threeDigits(value: number): string {
  const text = value.toPrecision(3);
  return Number(text) >= 100 ? `${Number(text)}` : text;
}
