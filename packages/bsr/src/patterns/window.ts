import type { BsrPattern } from '@sparsek/types';
import { checkCount } from '../check/arguments.js';
import { type PatternOptions, patternFromSpans } from './grid.js';

export interface WindowOptions extends PatternOptions {
  /** Elements before the aligned diagonal, in elements (not blocks). */
  readonly behind: number;
  /** Elements after it; default 0. */
  readonly ahead?: number;
}

/**
 * Blocks that hold an element (i, j) with i' - behind <= j <= i' + ahead, where i' = i + columns - rows: a sliding
 * window, aligned bottom-right.
 */
export function windowPattern(options: WindowOptions): BsrPattern {
  const { behind, ahead = 0 } = options;
  checkCount(behind, 'behind');
  checkCount(ahead, 'ahead');
  const [height, width] = options.blockShape;
  const [rows, columns] = options.shape;
  return patternFromSpans(options, (r) => {
    const first = r * height + columns - rows - behind;
    const last = Math.min((r + 1) * height, rows) - 1 + columns - rows + ahead;
    return [[Math.floor(first / width), Math.floor(last / width) + 1]];
  });
}
