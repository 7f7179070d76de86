import { hybridFromBsr } from '@sparsek/bsr';
import type { BsrPattern } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import { usefulFlops } from '../src/index.js';
import { blocky } from './helpers.js';

/** Elements of a pattern that are stored, as a table. */
function table({ shape, blockShape, indptr, indices }: BsrPattern): boolean[][] {
  return Array.from({ length: shape[0] }, (_, r) =>
    Array.from({ length: shape[1] }, (_column, c) => {
      const blockRow = Math.floor(r / blockShape[0]);
      const row = indices.subarray(indptr[blockRow], indptr[blockRow + 1]);
      return row.includes(Math.floor(c / blockShape[1]));
    }),
  );
}

describe('usefulFlops', () => {
  const a = blocky(9, 10, [4, 3], 0).sparse;
  const b = blocky(10, 7, [3, 2], 1).sparse;
  const stored = table(a).flat().filter(Boolean).length;

  it('counts stored elements within the shape', () => {
    expect(usefulFlops({ operation: 'spmm', pattern: a, denseExtent: 5 })).toBe(2 * stored * 5);
    expect(usefulFlops({ operation: 'sddmm', pattern: a, inner: 6 })).toBe(2 * stored * 6);
  });

  it('counts the products of stored elements', () => {
    const left = table(a);
    const right = table(b);
    let products = 0;
    for (let r = 0; r < 9; r++) {
      for (let k = 0; k < 10; k++) {
        for (let c = 0; c < 7; c++) if (left[r]![k] && right[k]![c]) products++;
      }
    }
    expect(usefulFlops({ operation: 'spgemm', a, b })).toBe(2 * products);
  });

  it('counts half of each 2:4 block', () => {
    const hybrid = hybridFromBsr(blocky(8, 16, [4, 8], 0).sparse);
    const halves = [...hybrid.kinds].reduce((sum, kind) => sum + (kind === 1 ? 16 : 32), 0);
    expect(usefulFlops({ operation: 'spmm24', a: hybrid, denseExtent: 3 })).toBe(2 * halves * 3);
  });
});
