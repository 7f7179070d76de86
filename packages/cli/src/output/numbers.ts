const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function formatBytes(bytes: number): string {
  let unit = 0;
  let size = bytes;
  while (size >= 1024 && unit < BYTE_UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 ? size : size.toPrecision(3)} ${BYTE_UNITS[unit]}`;
}

/** A share from 0 to 1 in percent, with three digits. */
export function formatShare(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

export function formatMs(milliseconds: number): string {
  return milliseconds < 1000
    ? `${Number(milliseconds.toPrecision(3))} ms`
    : `${Number((milliseconds / 1000).toPrecision(3))} s`;
}

export function formatExtents(extents: readonly number[]): string {
  return extents.join(' x ');
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
