import { isVisible } from '@sparsek/bsr';
import { BLOCK_BITMAP, BLOCK_CLAUSES, BLOCK_FULL, type BlockMask, type StoredPattern } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import { kernelMask } from '../src/backend/attention/kernel-mask.js';
import { type BlockSide, retile } from '../src/backend/attention/retile.js';

const OPEN = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
const causal = { diagonal: [OPEN[0], 0], rows: OPEN, columns: OPEN, document: 'any' } as const;

/** Blocks that are full, decided by a clause, and given by a bitmap with every third pair; ragged ends. */
function mixedMask(queryLength: number, keyLength: number, blockShape: readonly [number, number]): BlockMask {
  const rows = Math.ceil(queryLength / blockShape[0]);
  const columns = Math.ceil(keyLength / blockShape[1]);
  const indptr = [0];
  const indices: number[] = [];
  const fill: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const choice = (row * 7 + column * 5) % 4;
      if (choice === 3) continue;
      indices.push(column);
      fill.push([BLOCK_FULL, BLOCK_CLAUSES, BLOCK_BITMAP][choice]!);
    }
    indptr.push(indices.length);
  }
  const words = blockShape[0] * Math.ceil(blockShape[1] / 32);
  const pattern: StoredPattern = {
    kind: 'stored',
    indptr: Int32Array.from(indptr),
    indices: Int32Array.from(indices),
    fill: Int32Array.from(fill),
    clauses: [causal],
    bitmaps: new Uint32Array(words).fill(0x49249249),
  };
  return {
    queryLength,
    keyLength,
    blockShape,
    patterns: [pattern],
    batches: 1,
    heads: 1,
    headMap: Int32Array.of(0),
  };
}

describe('retile', () => {
  it.each([
    [200, 200, [16, 16], 64],
    [130, 300, [24, 40], 64],
    [257, 129, [8, 64], 128],
    [300, 150, [128, 32], 128],
    [70, 90, [256, 256], 128],
    [1, 1, [16, 16], 64],
  ] as const)(
    'keeps every pair of %i x %i in blocks of %j as blocks of %i',
    (queries, keys, blockShape, side) => {
      const mask = mixedMask(queries, keys, blockShape);
      const tiled = retile(mask, mask.patterns[0] as StoredPattern, side satisfies BlockSide);
      const tiledMask: BlockMask = { ...mask, blockShape: [side, side], patterns: [tiled] };
      const differing: string[] = [];
      for (let query = 0; query < queries; query += 1) {
        for (let key = 0; key < keys; key += 1) {
          if (isVisible(mask, 0, 0, query, key) !== isVisible(tiledMask, 0, 0, query, key)) {
            differing.push(`${query},${key}`);
          }
        }
      }
      expect(differing).toEqual([]);
    },
  );

  it('stores full blocks without a bitmap, equal bitmaps once, and empty blocks not at all', () => {
    const pattern: StoredPattern = {
      kind: 'stored',
      indptr: Int32Array.of(0, 16, 24),
      indices: Int32Array.from([...Array(16).keys(), ...Array(8).keys()].map((i) => i * 2)),
      fill: Int32Array.from([...Array(16).fill(BLOCK_BITMAP), ...Array(8).fill(BLOCK_BITMAP + 1)]),
      bitmaps: Uint32Array.from([...Array(64).fill(1), ...Array(64).fill(0)]),
    };
    const mask: BlockMask = {
      queryLength: 128,
      keyLength: 1024,
      blockShape: [64, 32],
      patterns: [pattern],
      batches: 1,
      heads: 1,
      headMap: Int32Array.of(0),
    };
    const tiled = retile(mask, pattern, 64);
    expect(tiled.indptr).toEqual(Int32Array.of(0, 16, 16));
    expect(tiled.fill).toEqual(new Int32Array(16).fill(BLOCK_BITMAP));
    expect(tiled.bitmaps).toHaveLength(128);
  });

  it('finds that ragged tiles are full', () => {
    const pattern: StoredPattern = { kind: 'stored', indptr: Int32Array.of(0, 1), indices: Int32Array.of(0) };
    const mask = { ...mixedMask(70, 90, [256, 256]), patterns: [pattern] };
    const tiled = retile(mask, pattern, 64);
    expect(tiled.indices).toEqual(Int32Array.of(0, 1, 0, 1));
    expect(tiled.fill).toEqual(Int32Array.of(0, 0, 0, 0));
  });
});

describe('kernelMask', () => {
  it('passes rules on, with open ends that 32 bits hold', () => {
    const mask = {
      ...mixedMask(50, 60, [16, 16]),
      patterns: [{ kind: 'regular' as const, clauses: [causal] }],
    };
    const [pattern] = kernelMask(mask, true).patterns;
    const open = 2 ** 30;
    expect(pattern).toEqual({
      stored: false,
      clauses: Int32Array.of(-open, 0, -open, open, -open, open, 0),
    });
    expect(kernelMask(mask, true).side).toBe(128);
  });

  it('leaves blocks that the kernels take as they are', () => {
    for (const side of [64, 128] as const) {
      const mask = mixedMask(300, 300, [side, side]);
      const native = kernelMask(mask, true);
      expect(native.side).toBe(side);
      expect(native.patterns[0]!.indices).toBe((mask.patterns[0] as StoredPattern).indices);
    }
  });

  it('takes blocks of 64 only for heads that have such kernels', () => {
    const mask = mixedMask(100, 100, [32, 32]);
    expect(kernelMask(mask, true).side).toBe(64);
    expect(kernelMask(mask, false).side).toBe(128);
  });
});
