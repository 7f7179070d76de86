import type { BsrPattern } from '@sparsek/types';
import { checkCount } from '../check/arguments.js';
import { gridOf, type PatternOptions, patternFromSpans } from './grid.js';

export interface ArrowOptions extends PatternOptions {
  /** Full block rows at the top and full block columns at the left; default 1. */
  readonly width?: number;
}

/** An arrow head: the first `width` block rows, the first `width` block columns, and the diagonal. */
export function arrowPattern(options: ArrowOptions): BsrPattern {
  const { width = 1 } = options;
  checkCount(width, 'width');
  const { blockColumns } = gridOf(options);
  return patternFromSpans(options, (r) => {
    if (r < width) return [[0, blockColumns]];
    return [
      [0, width],
      [r, r + 1],
    ];
  });
}
