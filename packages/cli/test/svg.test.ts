import { randomPattern } from '@sparsek/bsr';
import { describe, expect, it } from 'vitest';
import { cellGrid, MOST_CELLS } from '../src/svg/cells.js';
import { patternSvg } from '../src/svg/pattern-svg.js';

describe('cells', () => {
  it('hold the share of the blocks that they span, also at the edges', () => {
    const pattern = randomPattern({ shape: [1000, 333], blockShape: [4, 3], density: 0.2, seed: 1 });
    const grid = cellGrid(pattern);
    expect(grid).toMatchObject({ rows: 63, columns: 56, blocksPerCell: [4, 2] });
    let stored = 0;
    for (let r = 0; r < grid.rows; r++) {
      for (let c = 0; c < grid.columns; c++) {
        const spanned = Math.min(4, 250 - 4 * r) * Math.min(2, 111 - 2 * c);
        stored += grid.shares[r * grid.columns + c]! * spanned;
      }
    }
    expect(stored).toBeCloseTo(pattern.indices.length, 6);
    expect(Math.max(...grid.shares)).toBeLessThanOrEqual(1);
  });

  it.each([
    [1, 1],
    [64, 64],
    [65, 64],
    [100_000, 3],
  ])('of %i x %i blocks are at most 64 a side', (rows, columns) => {
    const indptr = new Int32Array(rows + 1);
    const grid = cellGrid({ shape: [rows, columns], blockShape: [1, 1], indptr, indices: new Int32Array(0) });
    expect(Math.max(grid.rows, grid.columns)).toBeLessThanOrEqual(MOST_CELLS);
    expect(grid.rows * grid.blocksPerCell[0]).toBeGreaterThanOrEqual(rows);
  });
});

describe('drawings', () => {
  it('stay small for large matrices, and well-formed whatever the title says', () => {
    const pattern = randomPattern({ shape: [20_000, 30_000], blockShape: [16, 16], density: 0.01, seed: 2 });
    const svg = patternSvg(pattern, { title: `<a & "b">${String.fromCharCode(7)}` });
    expect(svg.match(/<rect/g)!.length).toBeLessThan(4200);
    expect(svg.length).toBeLessThan(400_000);
    expect(svg).toContain('&lt;a &amp; &quot;b&quot;&gt; ');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svg).not.toContain(String.fromCharCode(7));
    expect(svg).toContain('blocks of a cell');
  });

  it('show empty matrices', () => {
    for (const [rows, columns] of [
      [0, 0],
      [0, 5],
      [5, 0],
      [3, 3],
    ] as const) {
      const pattern = { shape: [rows, columns] as const, blockShape: [1, 1] as const };
      const svg = patternSvg(
        { ...pattern, indptr: new Int32Array(rows + 1), indices: new Int32Array(0) },
        { title: 'empty' },
      );
      expect(svg).not.toMatch(/NaN|Infinity/);
      expect(svg).toContain(`${rows} x ${columns}, 0 entries, 0 % stored`);
    }
  });
});
