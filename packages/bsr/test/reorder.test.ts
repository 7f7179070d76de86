import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bsrFromArrays,
  bsrFromCsr,
  bsrToCsr,
  checkBsr,
  checkPadding,
  clusterRows,
  createPhilox,
  dropZeroBlocks,
  invertPermutation,
  permuteCsrRows,
  permuteRows,
  randomPattern,
  statistics,
  withValues,
} from '../src/index.js';
import './deterministic.js';
import { anyBsr, numbersOf, tabulate } from './arbitrary.js';

function shuffle(count: number, seed: number): Int32Array {
  const philox = createPhilox(seed);
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  for (let k = count - 1; k > 0; k--) {
    const other = philox.below(k, k + 1);
    [rows[k], rows[other]] = [rows[other]!, rows[k]!];
  }
  return rows;
}

describe('permuteRows', () => {
  it('moves whole rows, and the inverse moves them back', () => {
    fc.assert(
      fc.property(anyBsr(), fc.nat(), (matrix, seed) => {
        const [rows, columns] = matrix.shape;
        const permutation = shuffle(rows, seed);
        const permuted = permuteRows(matrix, permutation);
        checkBsr(permuted);
        checkPadding(permuted);
        const values = numbersOf(matrix).map((value) => value + 0);
        expect(numbersOf(permuted).map((value) => value + 0)).toEqual(
          tabulate(rows, columns, (i, j) => values[permutation[i]! * columns + j]!),
        );
        expect(permuted).toEqual(dropZeroBlocks(permuted));
        const csr = permuteCsrRows(bsrToCsr(matrix), permutation);
        expect(numbersOf(bsrFromCsr(csr, [2, 3])).map((value) => value + 0)).toEqual(
          numbersOf(permuted).map((value) => value + 0),
        );
        const back = permuteRows(permuted, invertPermutation(permutation));
        expect(numbersOf(back).map((value) => value + 0)).toEqual(values);
      }),
    );
  });

  it('leaves out rows that are zero inside a stored block', () => {
    const values = Float32Array.of(1, 2, 0, 0, 0, 0, 3, 4);
    const matrix = bsrFromArrays({
      shape: [4, 2],
      blockShape: [2, 2],
      indptr: Int32Array.of(0, 1, 2),
      indices: Int32Array.of(0, 0),
      dtype: 'f32',
      values,
    });
    const permuted = permuteRows(matrix, Int32Array.of(0, 3, 1, 2));
    expect([...permuted.indptr]).toEqual([0, 1, 1]);
    expect([...permuted.values]).toEqual([1, 2, 3, 4]);
  });

  it('refuses what is no permutation', () => {
    const matrix = withValues(randomPattern({ shape: [3, 3], blockShape: [1, 1], density: 1 }));
    expect(() => permuteRows(matrix, Int32Array.of(0, 1))).toThrow('an Int32Array of length 3');
    expect(() => permuteRows(matrix, Int32Array.of(0, 2, 2))).toThrow(
      'Expected a row from 0 to 2 not named before for permutation[2] but received 2',
    );
    expect(() => invertPermutation(Int32Array.of(1, -1))).toThrow('permutation[1]');
  });
});

describe('clusterRows', () => {
  it('finds blocks that a shuffle of the rows has hidden', () => {
    const blocks = withValues(
      randomPattern({ shape: [512, 512], blockShape: [16, 16], density: 0.1, seed: 1 }),
    );
    const hidden = permuteCsrRows(bsrToCsr(blocks), shuffle(512, 2));
    const { permutation, blocksBefore, blocksAfter } = clusterRows(hidden, [16, 16]);
    const restored = bsrFromCsr(permuteCsrRows(hidden, permutation), [16, 16]);
    expect(bsrFromCsr(hidden, [16, 16]).indices).toHaveLength(blocksBefore);
    expect(restored.indices).toHaveLength(blocksAfter);
    expect(blocksBefore).toBeGreaterThan(700);
    expect(blocksAfter).toBe(blocks.indices.length);
    expect(statistics(restored).fill).toBe(statistics(blocks).fill);
  });

  it('never makes it worse and always returns a permutation', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(),
        (rows, height, seed) => {
          const pattern = randomPattern({
            shape: [rows, 30],
            blockShape: [1, 1],
            density: 0.1,
            seed,
            rows: 'bernoulli',
          });
          const { permutation, blocksBefore, blocksAfter } = clusterRows(pattern, [height, 4]);
          expect(blocksAfter).toBeLessThanOrEqual(blocksBefore);
          expect([...permutation].sort((a, b) => a - b)).toEqual(
            Array.from({ length: rows }, (_, row) => row),
          );
          const reordered = permuteCsrRows(bsrToCsr(withValues(pattern)), permutation);
          expect(bsrFromCsr(reordered, [height, 4]).indices).toHaveLength(blocksAfter);
        },
      ),
    );
  });

  it('keeps the order when nothing can be gained', () => {
    const pattern = randomPattern({ shape: [8, 8], blockShape: [1, 1], density: 1 });
    expect([...clusterRows(pattern, [2, 2]).permutation]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const coarse = randomPattern({ shape: [8, 8], blockShape: [2, 2], density: 1 });
    expect(() => clusterRows(coarse, [2, 2])).toThrow('Expected [1, 1] (see bsrToCsr) for matrix.blockShape');
  });
});
