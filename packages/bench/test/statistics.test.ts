import { describe, expect, it } from 'vitest';
import { pairedSpeedup, summarise } from '../src/runner/statistics.js';

describe('summarise', () => {
  it('reports the median and the spread around it', () => {
    expect(summarise([4, 1, 2, 3, 100])).toEqual({ runs: 5, median: 3, min: 1, max: 100, spread: 1 / 3 });
  });
});

describe('pairedSpeedup', () => {
  it('is steady under a drift that touches both', () => {
    expect(pairedSpeedup([1, 2, 4, 8], [3, 6, 12, 24])).toBe(3);
  });

  it('ignores one disturbed pair', () => {
    expect(pairedSpeedup([1, 1, 50, 1, 1], [2, 2, 2, 2, 2])).toBe(2);
  });
});
