import { checkBlockMask, isVisible, maskStatistics } from '@sparsek/bsr';
import { BLOCK_CLAUSES, type BlockMask, type MaskPattern, type StoredPattern } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import {
  and,
  bigbird,
  blocks,
  causal,
  compileMask,
  dilated,
  documentLengths,
  documents,
  global,
  MAX_CLAUSES,
  type MaskExpression,
  not,
  or,
  parseMask,
  prefix,
  selectedBlocks,
  sink,
  verticalSlash,
  visible,
  window,
} from '../src/index.js';
import { definedMask, draw, readMask } from './helpers.js';

const open = { rows: [-Infinity, Infinity], columns: [-Infinity, Infinity], document: 'any' };

function only(mask: BlockMask): MaskPattern {
  expect(mask.patterns).toHaveLength(1);
  return mask.patterns[0]!;
}

function stored(mask: BlockMask): StoredPattern {
  const pattern = only(mask);
  if (pattern.kind !== 'stored') throw new Error('expected a stored pattern');
  return pattern;
}

describe('regular masks', () => {
  const of = (spec: string, queryLength = 1000, keyLength = 1000) =>
    only(compileMask(parseMask(spec), { queryLength, keyLength }));

  it.each([
    ['causal', [{ ...open, diagonal: [-Infinity, 0] }]],
    ['causal & window:64', [{ ...open, diagonal: [-63, 0] }]],
    [
      'causal & (sink:4 | window:64)',
      [
        { ...open, diagonal: [-Infinity, 0], columns: [-Infinity, 4] },
        { ...open, diagonal: [-63, 0] },
      ],
    ],
    ['all', [{ ...open, diagonal: [-Infinity, Infinity] }]],
    ['causal | !causal', [{ ...open, diagonal: [-Infinity, Infinity] }]],
    ['causal & !causal', []],
    ['window:5000', [{ ...open, diagonal: [-Infinity, 0] }]],
    ['window:10 | window:20', [{ ...open, diagonal: [-19, 0] }]],
    ['window:10 | window:0,5', [{ ...open, diagonal: [-9, 5] }]],
    ['sink:2000', [{ ...open, diagonal: [-Infinity, Infinity] }]],
    ['!window:10 & causal', [{ ...open, diagonal: [-Infinity, -10] }]],
  ])('%s has the simplest clauses', (spec, clauses) => {
    expect(of(spec)).toEqual({ kind: 'regular', clauses });
  });

  it('knows which bounds do not cut at q_len != kv_len', () => {
    // The last 10 queries stand at 990 .. 999: all of them are past a prefix of 900.
    expect(of('!global:900', 10, 1000)).toEqual({
      kind: 'regular',
      clauses: [{ ...open, diagonal: [-Infinity, Infinity], columns: [900, Infinity] }],
    });
  });

  it('bounds the number of clauses', () => {
    const many = or(...Array.from({ length: MAX_CLAUSES + 1 }, (_, n) => dilatedAt(n)));
    expect(only(compileMask(many, { queryLength: 400 })).kind).toBe('stored');
    const fewer = or(...Array.from({ length: MAX_CLAUSES }, (_, n) => dilatedAt(n)));
    expect(only(compileMask(fewer, { queryLength: 400 })).kind).toBe('regular');
  });

  /** Three neighbouring diagonals, apart from those of other n. */
  function dilatedAt(n: number): MaskExpression {
    return and(window(10 * n + 5), not(window(10 * n + 2)));
  }
});

describe('documents', () => {
  const lengths = [100, 1, 250, 3, 146];

  it('take no table when each stands in one run', () => {
    const mask = compileMask(and(causal(), documentLengths(lengths)), { queryLength: 500 });
    expect(only(mask)).toEqual({
      kind: 'regular',
      clauses: [{ ...open, diagonal: [-Infinity, 0], document: 'same' }],
    });
    expect(mask.documents!.start.slice(99, 102)).toEqual(Int32Array.of(0, 100, 101));
    expect(mask.documents!.end.slice(99, 102)).toEqual(Int32Array.of(100, 101, 351));
  });

  it('fall back to stored blocks when scattered', () => {
    const ids = Array.from({ length: 96 }, (_, t) => t % 3);
    const mask = compileMask(and(causal(), documents(ids)), { queryLength: 96, blockShape: [32, 32] });
    expect(stored(mask).bitmaps!.length).toBeGreaterThan(0);
    expect(mask.documents).toBeUndefined();
    expect(draw(readMask(mask, 0, 0))).toBe(draw(definedMask(and(causal(), documents(ids)), 96, 96)));
  });

  it('keep clauses for one array when two arrays meet', () => {
    const one = documentLengths([40, 60]);
    const two = documentLengths([30, 70]);
    const mask = compileMask([one, two, and(one, two)], { queryLength: 100, blockShape: [32, 32] });
    expect(mask.patterns.map((pattern) => pattern.kind)).toEqual(['regular', 'stored', 'stored']);
    [one, two, and(one, two)].forEach((expression, head) => {
      expect(draw(readMask(mask, 0, head))).toBe(draw(definedMask(expression, 100, 100)));
    });
  });

  it('want one id a key', () => {
    expect(() => compileMask(documents([0, 1]), { queryLength: 3 })).toThrow(
      'Expected one id for each of the 3 keys for document but received Int32Array of length 2',
    );
    expect(() => documents([0, 1.5])).toThrow('Expected an integer for ids[1] but received 1.5');
  });
});

describe('stored masks', () => {
  it('decide the causal edge of a block pattern by a clause', () => {
    const indptr = Int32Array.from({ length: 9 }, (_, r) => (r * (r + 1)) / 2);
    const indices = Int32Array.from(
      Array.from({ length: 8 }, (_, r) => Array.from({ length: r + 1 }, (_c, c) => c)).flat(),
    );
    const lower = blocks({ shape: [512, 512], blockShape: [64, 64], indptr, indices });
    const pattern = stored(compileMask(and(causal(), lower), { queryLength: 512 }));
    expect(pattern.clauses).toEqual([{ ...open, diagonal: [-Infinity, 0] }]);
    expect(pattern.bitmaps).toBeUndefined();
    expect([...pattern.fill!].filter((fill) => fill === BLOCK_CLAUSES)).toHaveLength(8);
  });

  it('store no fill when every block is full', () => {
    const pattern = stored(compileMask(bigbird({ block: 64 }), { queryLength: 1024 }));
    expect(pattern.fill).toBeUndefined();
    expect(pattern.clauses).toBeUndefined();
    expect(pattern.bitmaps).toBeUndefined();
  });

  it('share equal bitmaps', () => {
    const pattern = stored(compileMask(dilated(128, 2), { queryLength: 4096, blockShape: [64, 64] }));
    // Every row of blocks looks alike: two steps inside the window and its two edges.
    expect(pattern.bitmaps!.length / (64 * 2)).toBeLessThanOrEqual(3);
    expect(pattern.indices.length).toBeGreaterThan(180);
  });
});

describe('heads and batches', () => {
  it('share the pattern of equal heads', () => {
    const [a, b] = [window(8), causal()];
    const mask = compileMask([a, b, a, window(8)], { queryLength: 64 });
    expect(mask.patterns).toHaveLength(2);
    expect([...mask.headMap]).toEqual([0, 1, 0, 0]);
    expect(mask).toMatchObject({ heads: 4, batches: 1 });
  });

  it('take a list batch by batch', () => {
    const mask = compileMask([window(1), window(2), window(3), window(4)], { queryLength: 9, batches: 2 });
    expect(mask).toMatchObject({ heads: 2, batches: 2 });
    expect(draw(readMask(mask, 1, 0))).toBe(draw(definedMask(window(3), 9, 9)));
  });

  it('draw other random blocks for each head, and the same ones each time', () => {
    const options = { queryLength: 2048, heads: 3 };
    const mask = compileMask(bigbird(), options);
    expect(mask).toMatchObject({ heads: 3 });
    expect(mask.patterns).toHaveLength(3);
    expect(compileMask(bigbird(), options)).toEqual(mask);
    expect(draw(readMask(mask, 0, 2))).toBe(draw(definedMask(bigbird(), 2048, 2048, 2)));
  });

  it('refuse counts that do not fit', () => {
    const list = [causal(), causal(), causal()];
    expect(() => compileMask(list, { queryLength: 4, heads: 2 })).toThrow('Expected 1 x 2 expressions');
    expect(() => compileMask(list, { queryLength: 4, batches: 2 })).toThrow('a multiple of 2 expressions');
    expect(() => compileMask([], { queryLength: 4 })).toThrow('for mask but received "0 expressions"');
    expect(() => compileMask(causal(), { queryLength: 4, batches: 2 })).toThrow(
      '1 for a single expression for batches',
    );
  });
});

describe('arguments', () => {
  it('are checked with their names', () => {
    expect(() => compileMask(causal(), { queryLength: -1 })).toThrow(/for queryLength but received -1/);
    expect(() => compileMask(causal(), { queryLength: 4, blockShape: [0, 64] })).toThrow(
      /for blockShape\[0\]/,
    );
    expect(() => window(0)).toThrow('Expected an integer from 1 to 2^30 for length but received 0');
    expect(() => window(1, -1)).toThrow(/for right but received -1/);
    expect(() => dilated(5, 0)).toThrow(/for step/);
    expect(() => verticalSlash({ vertical: [1], slash: [-1] })).toThrow(/for slash\[0\] but received -1/);
    expect(() => bigbird({ window: 2 })).toThrow(/an odd number of blocks for window/);
    const selection = { indices: [0, 5], count: 2, keyBlock: 4, queryLength: 1, keyLength: 8 };
    expect(() => selectedBlocks(selection)).toThrow(
      'a block number from 0 to 1, or -1 for indices[1] but received 5',
    );
    const pattern = {
      shape: [4, 4],
      blockShape: [2, 2],
      indptr: Int32Array.of(0, 1, 2),
      indices: Int32Array.of(0, 2),
    } as const;
    expect(() => blocks(pattern)).toThrow(/block row 1/);
  });

  it('may be empty', () => {
    for (const [queryLength, keyLength] of [
      [0, 5],
      [5, 0],
      [0, 0],
    ] as const) {
      for (const expression of [causal(), prefix(3), dilated(9, 2), bigbird(), not(global(1))]) {
        const mask = compileMask(expression, { queryLength, keyLength });
        expect(readMask(mask, 0, 0)).toEqual(definedMask(expression, queryLength, keyLength));
      }
    }
  });
});

describe('long sequences', () => {
  it.each([
    ['window:4096 | sink:7', 2 ** 20],
    ['causal & (global:3 | window:100)', 2 ** 29],
    ['dilated:4096,7', 2 ** 20],
    ['bigbird & causal', 2 ** 20],
  ])('%s over %i tokens shows the defined pairs', (spec, length) => {
    const expression = parseMask(spec);
    const queryLength = Math.min(length, 2 ** 20);
    const mask = compileMask(expression, { queryLength, keyLength: length });
    checkBlockMask(mask);
    for (let n = 0; n < 2000; n++) {
      const q = (n * 524287 + 11) % queryLength;
      const i = q + length - queryLength;
      // Near the diagonal, where windows end, and anywhere.
      const j = n % 2 ? Math.max(i - ((n * 37) % 8200), 0) : (n * 16777213) % length;
      expect(isVisible(mask, 0, 0, q, j)).toBe(visible(expression, i, j, { keyLength: length }));
    }
  });
});

describe('size', () => {
  const mebibyte = 2 ** 20;

  /** By the processor's clock, which other processes do not drive. */
  function timed(expression: MaskExpression, queryLength: number, blockShape?: readonly [number, number]) {
    const start = process.cpuUsage();
    const mask = compileMask(expression, { queryLength, ...(blockShape && { blockShape }) });
    const { user, system } = process.cpuUsage(start);
    return { mask, ms: (user + system) / 1000 };
  }

  it('a window over a million tokens takes no table', () => {
    const { mask, ms } = timed(and(causal(), or(window(4096), sink(4))), 2 ** 20);
    expect(only(mask).kind).toBe('regular');
    expect(JSON.stringify(mask.patterns).length).toBeLessThan(1000);
    expect(ms).toBeLessThan(500);
  });

  it('a dilated window over a million tokens fits 10 MB', () => {
    // Dilation makes it irregular; the blocks are those of the sliding window.
    const { mask, ms } = timed(dilated(4096, 2), 2 ** 20, [128, 128]);
    expect(only(mask).kind).toBe('stored');
    expect(maskStatistics(mask).bytes).toBeLessThan(10 * mebibyte);
    expect(ms).toBeLessThan(5000);
  });

  it('a dilated window far longer than the sequence costs what the sequence does', () => {
    const { mask, ms } = timed(dilated(2 ** 25, 3), 300, [16, 16]);
    expect(mask).toEqual(compileMask(dilated(300, 3), { queryLength: 300, blockShape: [16, 16] }));
    expect(ms).toBeLessThan(500);
    // This one would not even fit the memory.
    expect(maskStatistics(compileMask(not(dilated(2 ** 30, 2)), { queryLength: 4 })).visiblePairs).toBe(10);
  });

  it('memory of dilated windows and BigBird at 128K follows the visible blocks', () => {
    for (const expression of [dilated(4096, 4), and(dilated(65536, 512), causal()), bigbird()]) {
      const { mask, ms } = timed(expression, 2 ** 17, [64, 64]);
      const { bytes, visibleBlocks } = maskStatistics(mask);
      expect(bytes).toBeLessThan(8 * visibleBlocks + mebibyte);
      expect(ms).toBeLessThan(5000);
    }
  });
});
