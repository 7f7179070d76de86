import { describe, expect, it } from 'vitest';
import { type BlockCells, blockCells } from '../src/report/block-cells.js';
import { attentionCase, spmmCase } from './cases.js';

const picture = ({ rows, columns, shares }: BlockCells) =>
  Array.from({ length: rows }, (_, row) =>
    [...shares.subarray(row * columns, (row + 1) * columns)].map((share) => (share > 0 ? '#' : '.')).join(''),
  );

describe('blockCells', () => {
  it('shows every visible block of a small mask', () => {
    const cells = blockCells({
      ...attentionCase,
      queryLength: 80,
      keyLength: 80,
      mask: 'causal & window:20',
    });
    expect(cells.what).toBe('all 5 x 5 blocks');
    expect(picture(cells)).toEqual(['#....', '##...', '###..', '.###.', '..###']);
  });

  it('gathers blocks of a large mask, each cell with the share that is visible', () => {
    const cells = blockCells({ ...attentionCase, queryLength: 1600, keyLength: 1600, mask: 'causal' });
    expect([cells.rows, cells.columns]).toEqual([34, 34]);
    // Cells of 3 x 3 blocks: 6 of 9 on the diagonal, all below; the last one covers a single block.
    expect(cells.shares[0]).toBeCloseTo(6 / 9, 12);
    expect(cells.shares[34]).toBeCloseTo(1, 12);
    expect(cells.shares[1]).toBe(0);
    expect(cells.shares.at(-1)).toBeCloseTo(1, 12);
  });

  it('shows a corner of uniform blocks, and all of rows that differ in length', () => {
    const uniform = { ...spmmCase, m: 1024, k: 1024 };
    const corner = blockCells(uniform);
    expect(corner.what).toBe('the first 32 x 32 of 64 x 64 blocks');
    const stored = corner.shares.reduce((sum, share) => sum + share, 0);
    expect(stored).toBeGreaterThan(400);
    expect(stored).toBeLessThan(624);
    const pattern = { kind: 'power-law', blockShape: [16, 16], density: 0.25, exponent: 1 } as const;
    const whole = blockCells({ ...uniform, pattern: { ...pattern, blockShape: [16, 16] } });
    expect(whole.what).toBe('all 64 x 64 blocks');
    // Cells of 2 x 2 blocks.
    expect(whole.shares.reduce((sum, share) => sum + 4 * share, 0)).toBeCloseTo(1024, 6);
  });

  it('shows the first head where heads differ', () => {
    const mask = { kind: 'random-blocks', density: 0.5, perHead: true } as const;
    expect(blockCells({ ...attentionCase, mask }).what).toBe('the first head: all 6 x 6 blocks');
  });
});
