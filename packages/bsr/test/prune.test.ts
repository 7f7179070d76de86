import { type BsrMatrix, type DenseMatrix, InvalidArgumentError, InvalidMatrixError } from '@sparsek/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bsrFromDense,
  bsrToDense,
  checkBsr,
  checkHybrid,
  checkPadding,
  checkSparse24,
  convertValues,
  dropZeroBlocks,
  fromNumbers,
  hybridFromBsr,
  hybridToBsr,
  normalValues,
  prune24,
  pruneBlocks,
  sparse24ToDense,
  toFloat64,
} from '../src/index.js';
import './deterministic.js';
import { anyBsr, anyDtype, numbersOf } from './arbitrary.js';

function denseOf(rows: number, columns: number, seed = 1): DenseMatrix<'f32'> {
  return { shape: [rows, columns], dtype: 'f32', values: normalValues(rows * columns, { seed }) };
}

/** Squared norm of each block of the grid, by definition. */
function norms(dense: DenseMatrix<'f32'>, height: number, width: number): number[][] {
  const [rows, columns] = dense.shape;
  return Array.from({ length: Math.ceil(rows / height) }, (_, r) =>
    Array.from({ length: Math.ceil(columns / width) }, (_, c) => {
      let sum = 0;
      for (let i = r * height; i < Math.min(rows, (r + 1) * height); i++) {
        for (let j = c * width; j < Math.min(columns, (c + 1) * width); j++)
          sum += dense.values[i * columns + j]! ** 2;
      }
      return sum;
    }),
  );
}

function keptBlocks(matrix: BsrMatrix): Set<string> {
  const kept = new Set<string>();
  for (let r = 0; r + 1 < matrix.indptr.length; r++) {
    for (let p = matrix.indptr[r]!; p < matrix.indptr[r + 1]!; p++) kept.add(`${r},${matrix.indices[p]}`);
  }
  return kept;
}

describe('pruneBlocks', () => {
  it.each([0, 0.1, 0.5, 0.77, 1])('keeps the exact number of greatest blocks at density %d', (density) => {
    const dense = denseOf(30, 45);
    const pruned = pruneBlocks(dense, { blockShape: [4, 8], density });
    checkBsr(pruned);
    checkPadding(pruned);
    const scored = norms(dense, 4, 8).flatMap((row, r) => row.map((norm, c) => ({ norm, key: `${r},${c}` })));
    scored.sort((a, b) => b.norm - a.norm);
    const count = Math.floor(density * 48 + 0.5);
    expect(keptBlocks(pruned)).toEqual(new Set(scored.slice(0, count).map(({ key }) => key)));
    expect(pruneBlocks(bsrFromDense(dense, [3, 5]), { blockShape: [4, 8], density })).toEqual(pruned);
  });

  it('keeps the greatest of every row with scope row', () => {
    const dense = denseOf(12, 80);
    const pruned = pruneBlocks(dense, { blockShape: [4, 8], density: 0.35, scope: 'row' });
    const rows = norms(dense, 4, 8);
    // 0.35 * 30 = 10.5, rounded up to 11 blocks: 3, 4 and 4 a row.
    expect([...pruned.indptr]).toEqual([0, 3, 7, 11]);
    for (const [r, row] of rows.entries()) {
      const smallest = Math.min(
        ...[...pruned.indices.subarray(pruned.indptr[r], pruned.indptr[r + 1])].map((c) => row[c]!),
      );
      expect(row.filter((norm) => norm >= smallest)).toHaveLength(pruned.indptr[r + 1]! - pruned.indptr[r]!);
    }
    expect(
      pruneBlocks(bsrFromDense(dense, [4, 8]), { blockShape: [4, 8], density: 0.35, scope: 'row' }),
    ).toEqual(pruned);
  });

  it('breaks ties by position, keeps NaN first and reads column order and halves', () => {
    const values = Float32Array.of(1, 1, 1, 1, Number.NaN, 1, 1, Infinity);
    const row: DenseMatrix<'f32'> = { shape: [1, 8], dtype: 'f32', values };
    expect([...pruneBlocks(row, { blockShape: [1, 1], density: 0.5 }).indices]).toEqual([0, 1, 4, 7]);
    expect([...pruneBlocks(row, { blockShape: [1, 1], density: 0.125 }).indices]).toEqual([4]);
    const column: DenseMatrix = {
      shape: [4, 2],
      dtype: 'bf16',
      order: 'column',
      values: fromNumbers([1, 2, 3, 4, 5, 6, 7, 8], 'bf16'),
    };
    const pruned = pruneBlocks(column, { blockShape: [2, 1], density: 0.25 });
    expect(numbersOf(pruned)).toEqual([0, 0, 0, 0, 0, 7, 0, 8]);
  });

  it('refuses what makes no sense', () => {
    expect(() => pruneBlocks(denseOf(2, 2), { blockShape: [1, 1], density: 2 })).toThrow(
      'for density but received 2',
    );
    // @ts-expect-error a scope that does not exist
    expect(() => pruneBlocks(denseOf(2, 2), { blockShape: [1, 1], density: 1, scope: 'all' })).toThrow(
      InvalidArgumentError,
    );
  });
});

describe('prune24', () => {
  it('keeps the two greatest magnitudes of four, the lower column on a tie', () => {
    const dense: DenseMatrix<'f32'> = {
      shape: [2, 8],
      dtype: 'f32',
      values: Float32Array.of(1, -4, 3, 2, 5, 5, 5, 5, 0, 0, 0, 7, Number.NaN, 1, -Infinity, 9),
    };
    const sparse = prune24(dense);
    checkSparse24(sparse);
    expect([...sparse.values]).toEqual([-4, 3, 5, 5, 0, 7, Number.NaN, -Infinity]);
    // Positions 1, 2 then 0, 1; 0, 3 then 0, 2: two bits each, the first lowest.
    expect([...sparse.metadata]).toEqual([0b0100_1001, 0b1000_1100]);
    expect([...sparse24ToDense(sparse).values]).toEqual([
      0,
      -4,
      3,
      0,
      5,
      5,
      0,
      0,
      0,
      0,
      0,
      7,
      Number.NaN,
      0,
      -Infinity,
      0,
    ]);
  });

  it('returns a matrix that is 2:4 already, and keeps the greatest otherwise', () => {
    fc.assert(
      fc.property(fc.nat({ max: 5 }), fc.nat({ max: 4 }), anyDtype, fc.nat(), (rows, groups, dtype, seed) => {
        const values = convertValues(normalValues(rows * groups * 8, { seed }), 'f32', dtype);
        const dense: DenseMatrix = { shape: [rows, groups * 8], dtype, values };
        const once = sparse24ToDense(prune24(dense));
        checkSparse24(prune24(dense));
        expect(sparse24ToDense(prune24(once))).toEqual(once);
        const before = toFloat64(values, dtype);
        const after = toFloat64(once.values, dtype);
        for (let g = 0; g < before.length; g += 4) {
          const magnitudes = [...before.subarray(g, g + 4)].map(Math.abs).sort((a, b) => b - a);
          const kept = [...after.subarray(g, g + 4)].map(Math.abs).sort((a, b) => b - a);
          expect(kept).toEqual([magnitudes[0], magnitudes[1], 0, 0]);
        }
      }),
    );
  });

  it('reads column order', () => {
    const dense = denseOf(4, 16);
    const flipped = bsrToDense(bsrFromDense(dense, [1, 1]), { order: 'column' });
    expect(prune24(flipped)).toEqual(prune24(dense));
  });

  it('refuses what it cannot hold, and checks find wrong metadata', () => {
    expect(() => prune24(denseOf(2, 12))).toThrow(
      'Expected a multiple of 8 (2:4 sparsity) for dense.shape[1]',
    );
    const sparse = prune24(denseOf(2, 16));
    sparse.metadata[3] = 0b0100_0101;
    expect(() => checkSparse24(sparse)).toThrow(InvalidMatrixError);
    expect(() => checkSparse24(sparse)).toThrow(
      'Expected two increasing positions for the low nibble of matrix.metadata[3] in row 1 but received 1 then 1',
    );
  });
});

describe('hybrid', () => {
  it('loses nothing when only blocks that are 2:4 are compressed', () => {
    fc.assert(
      fc.property(anyBsr({ blockShape: [2, 8], columns: 32 }), (matrix) => {
        const hybrid = hybridFromBsr(matrix);
        checkHybrid(hybrid);
        const back = hybridToBsr(hybrid);
        checkBsr(back);
        expect(numbersOf(back).map((value) => value + 0)).toEqual(
          numbersOf(matrix).map((value) => value + 0),
        );
      }),
    );
  });

  it('compresses every block on request, as prune24 does', () => {
    const dense = denseOf(8, 32);
    const matrix = bsrFromDense(dense, [4, 16]);
    const hybrid = hybridFromBsr(matrix, { compress: 'all' });
    checkHybrid(hybrid);
    expect(hybrid.values).toHaveLength(8 * 16);
    expect(bsrToDense(hybridToBsr(hybrid))).toEqual(sparse24ToDense(prune24(dense)));
  });

  it('compresses the blocks that are chosen', () => {
    const matrix = bsrFromDense(denseOf(2, 24), [2, 8]);
    const hybrid = hybridFromBsr(matrix, { compress: Uint8Array.of(0, 1, 0) });
    checkHybrid(hybrid);
    expect([hybrid.values.length, hybrid.metadata.length]).toEqual([40, 2]);
    const back = hybridToBsr(hybrid);
    expect(back.values.subarray(0, 16)).toEqual(matrix.values.subarray(0, 16));
    expect(back.values.subarray(16, 32).filter((value) => value !== 0)).toHaveLength(8);
    expect(dropZeroBlocks(back)).toBe(back);
  });

  it('is refused with wrong kinds, widths and lengths', () => {
    const matrix = bsrFromDense(denseOf(2, 24), [2, 8]);
    expect(() => hybridFromBsr(bsrFromDense(denseOf(2, 24), [2, 6]))).toThrow('multiple of 8 (2:4 blocks)');
    expect(() => hybridFromBsr(matrix, { compress: Uint8Array.of(0, 2, 0) })).toThrow(
      'a Uint8Array of 3 zeros',
    );
    const hybrid = hybridFromBsr(matrix, { compress: 'all' });
    expect(() => checkHybrid({ ...hybrid, kinds: Uint8Array.of(1, 1, 3) })).toThrow(
      'Expected 0 (dense) or 1 (2:4) for matrix.kinds[2] but received 3',
    );
    expect(() => checkHybrid({ ...hybrid, kinds: Uint8Array.of(1, 0, 1) })).toThrow(
      '2 of 3 blocks compressed',
    );
    hybrid.metadata[5] = 0;
    expect(() => checkHybrid(hybrid)).toThrow('matrix.metadata[5] in compressed block 2');
  });
});
