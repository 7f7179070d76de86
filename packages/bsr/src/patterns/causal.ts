import type { BsrPattern } from '@sparsek/types';
import { type PatternOptions, patternFromSpans } from './grid.js';

/**
 * Blocks that hold an element (i, j) with j <= i + columns - rows: the lower triangle, aligned bottom-right as in
 * causal attention with more keys than queries.
 */
export function causalPattern(options: PatternOptions): BsrPattern {
  const [height, width] = options.blockShape;
  const [rows, columns] = options.shape;
  return patternFromSpans(options, (r) => {
    const lastRow = Math.min((r + 1) * height, rows) - 1;
    return [[0, Math.floor((lastRow + columns - rows) / width) + 1]];
  });
}
