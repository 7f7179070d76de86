import type { BsrPattern } from '@sparsek/types';
import { checkInteger, INT32_MAX } from '../check/arguments.js';
import { type PatternOptions, patternFromSpans } from './grid.js';

export interface BlockDiagonalOptions extends PatternOptions {
  /** Blocks a side of each square on the diagonal; default 1. */
  readonly group?: number;
}

/** Squares of `group` x `group` blocks along the diagonal, as in grouped convolutions and independent experts. */
export function blockDiagonalPattern(options: BlockDiagonalOptions): BsrPattern {
  const { group = 1 } = options;
  checkInteger(group, 'group', 1, INT32_MAX);
  return patternFromSpans(options, (r) => {
    const begin = Math.floor(r / group) * group;
    return [[begin, begin + group]];
  });
}
