import { type BsrPattern, InvalidArgumentError } from '@sparsek/types';
import { createPhilox } from '../random/philox.js';
import { gridOf, type PatternOptions } from './grid.js';
import { checkDensity } from './random.js';
import { sampleRows } from './sample.js';

export interface PowerLawOptions extends PatternOptions {
  /** Share of blocks that are stored, from 0 to 1. */
  readonly density: number;
  /** Row k of the ranking is proportional to (k + 1)^-exponent; 0 gives equal rows. Default 1. */
  readonly exponent?: 0 | 0.5 | 1 | 2;
  /** 64 bits; default 0. */
  readonly seed?: number | bigint;
}

/**
 * Block rows of very different lengths, as graphs and mixtures of experts have them; a test for load balance.
 *
 * With m block rows, n block columns and T = floor(density * (m * n) + 0.5), ranks get weights (k + 1)^-exponent and
 * min(n, floor(T w[k] / sum w)) blocks; what is left goes to the ranks in order, each filled up to n. The exponents on
 * offer need only +, /, * and the square root, so that every language gets the same counts (weights are summed from
 * rank 0 on, in float64). Ranks are dealt to rows by a Fisher-Yates shuffle: for k = m - 1 .. 1, ranks k and
 * `below(m - 1 - k, k + 1)` of stream 1 are exchanged. Columns are then sampled as in `randomPattern`, from stream 0.
 */
export function powerLawRows(options: PowerLawOptions): BsrPattern {
  const { density, exponent = 1, seed = 0 } = options;
  const { blockRows, blockColumns } = gridOf(options);
  checkDensity(density);
  if (![0, 0.5, 1, 2].includes(exponent))
    throw new InvalidArgumentError('exponent', '0, 0.5, 1 or 2', exponent);
  const counts = rankedCounts(
    Math.floor(density * (blockRows * blockColumns) + 0.5),
    blockRows,
    blockColumns,
    exponent,
  );
  const philox = createPhilox(seed, 1);
  for (let k = blockRows - 1; k > 0; k--) {
    const other = philox.below(blockRows - 1 - k, k + 1);
    const count = counts[k]!;
    counts[k] = counts[other]!;
    counts[other] = count;
  }
  return sampleRows(options, counts, createPhilox(seed, 0));
}

function rankedCounts(total: number, ranks: number, limit: number, exponent: number): Int32Array {
  const weight = (rank: number): number => {
    const base = rank + 1;
    if (exponent === 0) return 1;
    if (exponent === 0.5) return 1 / Math.sqrt(base);
    return exponent === 1 ? 1 / base : 1 / (base * base);
  };
  let sum = 0;
  for (let k = 0; k < ranks; k++) sum += weight(k);
  const counts = new Int32Array(ranks);
  let left = total;
  for (let k = 0; k < ranks; k++) {
    counts[k] = Math.min(limit, Math.floor((total * weight(k)) / sum));
    left -= counts[k]!;
  }
  for (let k = 0; k < ranks && left > 0; k++) {
    const more = Math.min(left, limit - counts[k]!);
    counts[k] = counts[k]! + more;
    left -= more;
  }
  return counts;
}
