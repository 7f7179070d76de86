import { describe, expect, it } from 'vitest';
import { largestError, relativeError, spreadOver } from '../src/bounds/sampled.js';

describe('spreadOver', () => {
  it('takes both ends and what lies evenly between', () => {
    expect(spreadOver(101, 5)).toEqual([0, 25, 50, 75, 100]);
  });

  it('never takes a number twice, nor more than there are', () => {
    expect(spreadOver(3, 8)).toEqual([0, 1, 2]);
    expect([spreadOver(1, 8), spreadOver(5, 1), spreadOver(0, 8), spreadOver(5, 0)]).toEqual([
      [0],
      [0],
      [],
      [],
    ]);
  });
});

describe('errors of sampled elements', () => {
  it('are the largest difference, and the norm of all over that of the reference', () => {
    expect(largestError([3, 4, 0], [3, 5, -2])).toBe(2);
    expect(relativeError([3, 4], [3, 4.5])).toBe(0.1);
    expect(relativeError([0, 0], [3, 4])).toBe(5);
  });

  it.each([
    ['NaN', [1, Number.NaN, 1]],
    ['a missing element', [1, 1]],
  ])('are NaN for %s', (_, actual) => {
    expect(largestError([1, 1, 2], actual)).toBeNaN();
    expect(relativeError([1, 1, 2], actual)).toBeNaN();
  });
});
