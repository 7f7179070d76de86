import { type BsrPattern, InvalidArgumentError } from '@sparsek/types';
import { createPhilox } from '../random/philox.js';
import { checkBlockCount, gridOf, type PatternOptions } from './grid.js';
import { sampleRows } from './sample.js';

export interface RandomPatternOptions extends PatternOptions {
  /** Share of blocks that are stored, from 0 to 1. */
  readonly density: number;
  /** 64 bits; default 0. */
  readonly seed?: number | bigint;
  /**
   * `uniform` (default): every block row holds the same number of blocks, up to one. `bernoulli`: every block is
   * stored with probability `density`, independently of the others, so that row lengths differ.
   */
  readonly rows?: 'uniform' | 'bernoulli';
}

/**
 * Randomly placed blocks, the same in every language (draws: stream 0 of the seed, docs/bsr.md).
 *
 * `uniform`, with n block columns, m block rows and T = floor(density * (m * n) + 0.5) blocks in all: block row r holds
 * floor((r + 1) T / m) - floor(r T / m) blocks, sampled by Floyd's algorithm, whose step i of row r is integer draw
 * number indptr[r] + i, `below(j + 1)`. Time is linear in the blocks.
 *
 * `bernoulli`: block (r, c) is stored when uniform draw number r n + c is less than `density`. Time is linear in m n.
 */
export function randomPattern(options: RandomPatternOptions): BsrPattern {
  const { density, seed = 0, rows = 'uniform' } = options;
  const { blockRows, blockColumns } = gridOf(options);
  checkDensity(density);
  if (rows === 'bernoulli') return bernoulli(options, density, seed);
  if (rows !== 'uniform') throw new InvalidArgumentError('rows', "'uniform' or 'bernoulli'", rows);
  const total = Math.floor(density * (blockRows * blockColumns) + 0.5);
  checkBlockCount(total);
  return sampleRows(options, evenCounts(total, blockRows), createPhilox(seed));
}

export function checkDensity(density: unknown): asserts density is number {
  if (!(typeof density === 'number' && density >= 0 && density <= 1)) {
    throw new InvalidArgumentError('density', 'a number from 0 to 1', density);
  }
}

/** floor((r + 1) total / rows) - floor(r total / rows) for every row, without products that could pass 2^53. */
export function evenCounts(total: number, rows: number): Int32Array {
  const counts = new Int32Array(rows);
  const base = Math.floor(total / rows);
  const rest = total % rows;
  let carried = 0;
  for (let r = 0; r < rows; r++) {
    carried += rest;
    counts[r] = base;
    if (carried >= rows) {
      carried -= rows;
      counts[r] = base + 1;
    }
  }
  return counts;
}

function bernoulli(options: PatternOptions, density: number, seed: number | bigint): BsrPattern {
  const { blockRows, blockColumns } = gridOf(options);
  const philox = createPhilox(seed);
  const indptr = new Int32Array(blockRows + 1);
  const columns: number[] = [];
  for (let r = 0; r < blockRows; r++) {
    for (let c = 0; c < blockColumns; c++) {
      if (philox.uniform(r * blockColumns + c) < density) columns.push(c);
    }
    checkBlockCount(columns.length);
    indptr[r + 1] = columns.length;
  }
  return { shape: options.shape, blockShape: options.blockShape, indptr, indices: Int32Array.from(columns) };
}
