import type { BsrPattern } from '@sparsek/types';
import { checkCount } from '../check/arguments.js';
import { type PatternOptions, patternFromSpans } from './grid.js';

export interface BandedOptions extends PatternOptions {
  /** Block diagonals below the main one. */
  readonly lower: number;
  /** Block diagonals above the main one. */
  readonly upper: number;
}

/** Blocks (r, c) with -lower <= c - r <= upper, counted in blocks. */
export function bandedPattern(options: BandedOptions): BsrPattern {
  const { lower, upper } = options;
  checkCount(lower, 'lower');
  checkCount(upper, 'upper');
  return patternFromSpans(options, (r) => [[r - lower, r + upper + 1]]);
}
