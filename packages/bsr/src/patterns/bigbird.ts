import { type BsrPattern, InvalidArgumentError } from '@sparsek/types';
import { checkCount } from '../check/arguments.js';
import { createPhilox } from '../random/philox.js';
import { gridOf, type PatternOptions, patternFromSpans, type Span } from './grid.js';

export interface BigBirdPatternOptions extends PatternOptions {
  /** Blocks around the diagonal, an odd number; default 3. */
  readonly window?: number;
  /** Global blocks, half of them first and half last, an even number; default 2. */
  readonly global?: number;
  /** Random blocks a row; default 3. */
  readonly random?: number;
  /** 64 bits; default 0. */
  readonly seed?: number | bigint;
}

/**
 * Window, global and random blocks (Zaheer et al., "Big Bird: Transformers for Longer Sequences", NeurIPS 2020).
 *
 * The first and last `global / 2` block rows and block columns are full; other rows also hold `window` blocks around
 * the diagonal and `random` of the blocks that are left, numbered in ascending order, all of them when there are no
 * more: chosen by Floyd's algorithm, whose step i in block row r is integer draw number r * random + i of stream 0.
 */
export function bigbirdPattern(options: BigBirdPatternOptions): BsrPattern {
  const { window = 3, global = 2, random = 3, seed = 0 } = options;
  const { blockRows, blockColumns } = gridOf(options);
  checkCount(random, 'random');
  if (!Number.isInteger(window) || window < 1 || window % 2 === 0) {
    throw new InvalidArgumentError('window', 'an odd number of blocks', window);
  }
  if (!Number.isInteger(global) || global < 0 || global % 2 !== 0) {
    throw new InvalidArgumentError('global', 'an even number of blocks', global);
  }
  const philox = createPhilox(seed);
  const edge = global / 2;
  const reach = (window - 1) / 2;
  return patternFromSpans(options, (r) => {
    if (r < edge || r >= blockRows - edge) return [[0, blockColumns]];
    const fixed: Span[] = [
      [0, edge],
      [r - reach, r + reach + 1],
      [blockColumns - edge, blockColumns],
    ];
    const free = gaps(fixed, blockColumns);
    const available = free.reduce((sum, [begin, end]) => sum + end - begin, 0);
    const count = Math.min(random, available);
    const chosen = new Set<number>();
    for (let i = 0; i < count; i++) {
      const j = available - count + i;
      const t = philox.below(r * random + i, j + 1);
      chosen.add(chosen.has(t) ? j : t);
    }
    return [...fixed, ...[...chosen].map((index) => single(free, index))];
  });
}

/** What three spans in ascending order leave free of `0 .. blockColumns - 1`. */
function gaps(spans: readonly Span[], blockColumns: number): Span[] {
  const free: Span[] = [];
  let reach = 0;
  for (const [begin, end] of spans) {
    if (begin > reach) free.push([reach, Math.min(begin, blockColumns)]);
    reach = Math.max(reach, end);
  }
  if (reach < blockColumns) free.push([reach, blockColumns]);
  return free.filter(([begin, end]) => begin < end);
}

/** The `index`-th block of the free spans. */
function single(free: readonly Span[], index: number): Span {
  let left = index;
  for (const [begin, end] of free) {
    if (left < end - begin) return [begin + left, begin + left + 1];
    left -= end - begin;
  }
  throw new RangeError(`no free block ${index}`);
}
