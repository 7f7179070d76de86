import type { BsrPattern } from '@sparsek/types';
import { gridOf, type PatternOptions, patternFromSpans, type Span } from './grid.js';

/**
 * Flat block butterfly: blocks (r, c) where r and c are equal or differ in one binary digit. Its log2(n) + 1 blocks a
 * row connect everything in log2(n) products (Chen et al., "Pixelated Butterfly", ICLR 2022). When one side has more
 * blocks than the other, the shorter coordinate is stretched: floor(position * longer / shorter).
 */
export function butterflyPattern(options: PatternOptions): BsrPattern {
  const { blockRows, blockColumns } = gridOf(options);
  const side = Math.max(blockRows, blockColumns);
  return patternFromSpans(options, (r) => {
    const row = blockRows === side ? r : Math.floor((r * side) / blockRows);
    const spans: Span[] = [block(row)];
    for (let bit = 1; bit < side; bit *= 2) spans.push(block(flip(row, bit)));
    return spans;
  });

  function block(column: number): Span {
    const c = blockColumns === side ? column : Math.floor((column * blockColumns) / side);
    return [c, column < side ? c + 1 : c];
  }
}

/** A number below 2^31 with one of its binary digits changed. */
function flip(value: number, bit: number): number {
  return Math.floor(value / bit) % 2 === 0 ? value + bit : value - bit;
}
