import {
  type BlockMask,
  type DocumentRelation,
  InvalidArgumentError,
  InvalidMaskError,
  type MaskClause,
  type MaskDocuments,
  type MaskPattern,
} from '@sparsek/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkBlockMask,
  createPhilox,
  isVisible,
  maskStatistics,
  maskToPattern,
  visibleBlocks,
  visibleRuns,
} from '../src/index.js';
import './deterministic.js';

const CAUSAL: MaskClause = {
  diagonal: [-Infinity, 0],
  rows: [-Infinity, Infinity],
  columns: [-Infinity, Infinity],
  document: 'any',
};

function maskOf(
  queryLength: number,
  keyLength: number,
  blockShape: readonly [number, number],
  pattern: MaskPattern,
  documents?: MaskDocuments,
): BlockMask {
  const mask = {
    queryLength,
    keyLength,
    blockShape,
    patterns: [pattern],
    batches: 1,
    heads: 1,
    headMap: Int32Array.of(0),
  };
  return documents === undefined ? mask : { ...mask, documents };
}

function regular(clauses: readonly MaskClause[]): MaskPattern {
  return { kind: 'regular', clauses };
}

function documentsOf(lengths: readonly number[]): MaskDocuments {
  const start: number[] = [];
  const end: number[] = [];
  for (const length of lengths) {
    const first = start.length;
    for (let i = 0; i < length; i++) {
      start.push(first);
      end.push(first + length);
    }
  }
  return { start: Int32Array.from(start), end: Int32Array.from(end) };
}

/** The rule of MaskClause, word for word. */
function pairVisible(mask: BlockMask, clauses: readonly MaskClause[], q: number, j: number): boolean {
  const i = q + mask.keyLength - mask.queryLength;
  const own = (position: number) => mask.documents?.start[position];
  return clauses.some(({ diagonal, rows, columns, document }) => {
    const inside =
      diagonal[0] <= j - i &&
      j - i <= diagonal[1] &&
      rows[0] <= i &&
      i < rows[1] &&
      columns[0] <= j &&
      j < columns[1];
    if (!inside || document === 'any') return inside;
    const mine = own(i);
    const other = own(j);
    if (mine === undefined || other === undefined) return false;
    if (document === 'same') return mine === other;
    return document === 'before' ? other < mine : other > mine;
  });
}

/** Visible blocks and their fill, by looking at every pair. */
function bruteBlocks(mask: BlockMask, clauses: readonly MaskClause[]): [number, number, number][] {
  const [height, width] = mask.blockShape;
  const blocks: [number, number, number][] = [];
  for (let r = 0; r * height < mask.queryLength; r++) {
    for (let c = 0; c * width < mask.keyLength; c++) {
      let seen = 0;
      let pairs = 0;
      for (let q = r * height; q < Math.min((r + 1) * height, mask.queryLength); q++) {
        for (let j = c * width; j < Math.min((c + 1) * width, mask.keyLength); j++) {
          pairs++;
          if (pairVisible(mask, clauses, q, j)) seen++;
        }
      }
      if (seen > 0) blocks.push([r, c, seen === pairs ? 0 : 1]);
    }
  }
  return blocks;
}

function blocksOf(mask: BlockMask): [number, number, number][] {
  const blocks: [number, number, number][] = [];
  for (let r = 0; r < Math.ceil(mask.queryLength / mask.blockShape[0]); r++) {
    const { columns, fill } = visibleBlocks(mask, mask.patterns[0]!, r);
    for (const [p, column] of columns.entries()) blocks.push([r, column, fill[p]!]);
  }
  return blocks;
}

const bound = fc.oneof(fc.integer({ min: -12, max: 40 }), fc.constant(-Infinity), fc.constant(Infinity));
const diagonalBound = fc.oneof(
  fc.integer({ min: -15, max: 15 }),
  fc.constant(-Infinity),
  fc.constant(Infinity),
);
const clause = fc.record<MaskClause>({
  diagonal: fc.tuple(diagonalBound, diagonalBound),
  rows: fc.oneof(fc.constant<[number, number]>([-Infinity, Infinity]), fc.tuple(bound, bound)),
  columns: fc.oneof(fc.constant<[number, number]>([-Infinity, Infinity]), fc.tuple(bound, bound)),
  document: fc.constantFrom<DocumentRelation>('any', 'any', 'same', 'before', 'after'),
});
const regularMask = fc
  .record({
    queryLength: fc.integer({ min: 1, max: 33 }),
    documents: fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 1, maxLength: 5 }),
    blockShape: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
    clauses: fc.array(clause, { maxLength: 4 }),
  })
  .map(({ queryLength, documents, blockShape, clauses }) => {
    const spans = documentsOf(documents);
    return { mask: maskOf(queryLength, spans.start.length, blockShape, regular(clauses), spans), clauses };
  });

describe('regular patterns', () => {
  it('agree with the rule of the clauses, pair by pair and block by block', () => {
    fc.assert(
      fc.property(regularMask, ({ mask, clauses }) => {
        checkBlockMask(mask);
        const expected = bruteBlocks(mask, clauses);
        expect(blocksOf(mask)).toEqual(expected);
        let pairs = 0;
        for (let q = 0; q < mask.queryLength; q++) {
          for (let j = 0; j < mask.keyLength; j++) {
            const visible = pairVisible(mask, clauses, q, j);
            if (visible) pairs++;
            if (isVisible(mask, 0, 0, q, j) !== visible) expect.fail(`pair ${q}, ${j}`);
          }
        }
        const statistics = maskStatistics(mask);
        expect(statistics.visiblePairs).toBe(pairs);
        expect(statistics.visibleBlocks).toBe(expected.length);
        expect(statistics.fullBlocks).toBe(expected.filter(([, , fill]) => fill === 0).length);
      }),
      { numRuns: 400 },
    );
  });

  it('materialise to a stored pattern that shows the same', () => {
    fc.assert(
      fc.property(regularMask, ({ mask }) => {
        const stored: BlockMask = { ...mask, patterns: [maskToPattern(mask, 0)] };
        checkBlockMask(stored);
        expect(blocksOf(stored)).toEqual(blocksOf(mask));
        const { bytes: _, ...expected } = maskStatistics(mask);
        expect(maskStatistics(stored)).toMatchObject(expected);
        for (let q = 0; q < mask.queryLength; q++) {
          for (let j = 0; j < mask.keyLength; j++) {
            if (isVisible(stored, 0, 0, q, j) !== isVisible(mask, 0, 0, q, j)) expect.fail(`pair ${q}, ${j}`);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('find a block full that only several clauses fill together', () => {
    const left: MaskClause = { ...CAUSAL, diagonal: [-Infinity, Infinity], columns: [0, 3] };
    const right: MaskClause = { ...left, columns: [3, 8] };
    expect(blocksOf(maskOf(4, 8, [4, 4], regular([left, right])))).toEqual([
      [0, 0, 0],
      [0, 1, 0],
    ]);
  });

  it('describe a long causal row by two runs', () => {
    const mask = maskOf(1 << 20, 1 << 20, [64, 64], regular([CAUSAL]));
    const pattern = mask.patterns[0]!;
    if (pattern.kind !== 'regular') throw new Error('expected a regular pattern');
    expect(visibleRuns(mask, pattern, 16383)).toEqual([
      { begin: 0, end: 16383, fill: 0 },
      { begin: 16383, end: 16384, fill: 1 },
    ]);
    const statistics = maskStatistics(mask);
    expect(statistics.visiblePairs).toBe((2 ** 20 * (2 ** 20 + 1)) / 2);
    expect(statistics.visibleBlocks).toBe((16384 * 16385) / 2);
    expect(statistics.bytes).toBeLessThan(100);
  });

  it('align bottom-right, so that a decoding step sees all keys', () => {
    const mask = maskOf(1, 100, [16, 64], regular([CAUSAL]));
    expect(maskStatistics(mask)).toMatchObject({
      visiblePairs: 100,
      visibleBlocks: 2,
      fullBlocks: 2,
      density: 1,
    });
    const more = maskOf(5, 2, [1, 1], regular([CAUSAL]));
    expect(blocksOf(more)).toEqual([
      [3, 0, 0],
      [4, 0, 0],
      [4, 1, 0],
    ]);
  });
});

describe('stored patterns', () => {
  const bitmaps = Uint32Array.of(0b01, 0b10, 0b11, 0b11);
  const stored: MaskPattern = {
    kind: 'stored',
    indptr: Int32Array.of(0, 2, 4),
    indices: Int32Array.of(0, 1, 0, 1),
    fill: Int32Array.of(2, 0, 3, 1),
    clauses: [CAUSAL],
    bitmaps,
  };
  const mask = maskOf(3, 3, [2, 2], stored);

  it('are read by fill code, and bits outside the sequence do not count', () => {
    checkBlockMask(mask);
    const shown = [0, 1, 2].map((q) => [0, 1, 2].map((j) => (isVisible(mask, 0, 0, q, j) ? 1 : 0)));
    expect(shown).toEqual([
      [1, 0, 1],
      [0, 1, 1],
      [1, 1, 1],
    ]);
    expect(maskStatistics(mask)).toMatchObject({
      visiblePairs: 7,
      visibleBlocks: 4,
      fullBlocks: 1,
      longestRow: 2,
    });
  });

  it('read bitmaps of any width, ragged ends included', () => {
    const shapes = fc.record({
      queryLength: fc.integer({ min: 1, max: 12 }),
      keyLength: fc.integer({ min: 1, max: 150 }),
      height: fc.integer({ min: 1, max: 5 }),
      width: fc.integer({ min: 1, max: 70 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(shapes, ({ queryLength, keyLength, height, width, seed }) => {
        const blockRows = Math.ceil(queryLength / height);
        const blockColumns = Math.ceil(keyLength / width);
        const blocks = blockRows * blockColumns;
        const rowWords = Math.ceil(width / 32);
        const philox = createPhilox(seed);
        const words = Uint32Array.from({ length: blocks * height * rowWords }, (_, n) => philox.word(n));
        const table = maskOf(queryLength, keyLength, [height, width], {
          kind: 'stored',
          indptr: Int32Array.from({ length: blockRows + 1 }, (_, r) => r * blockColumns),
          indices: Int32Array.from({ length: blocks }, (_, p) => p % blockColumns),
          // Bitmaps in reverse, so that block and bitmap have different numbers.
          fill: Int32Array.from({ length: blocks }, (_, p) => 2 + blocks - 1 - p),
          bitmaps: words,
        });
        checkBlockMask(table);
        let pairs = 0;
        for (let q = 0; q < queryLength; q++) {
          for (let j = 0; j < keyLength; j++) {
            const block = Math.floor(q / height) * blockColumns + Math.floor(j / width);
            const bit = j % width;
            const word = ((blocks - 1 - block) * height + (q % height)) * rowWords + Math.floor(bit / 32);
            const visible = Math.floor(words[word]! / 2 ** (bit % 32)) % 2 === 1;
            if (visible) pairs++;
            if (isVisible(table, 0, 0, q, j) !== visible) expect.fail(`pair ${q}, ${j}`);
          }
        }
        expect(maskStatistics(table).visiblePairs).toBe(pairs);
      }),
    );
  });

  it('count every head that uses them', () => {
    const twice: BlockMask = {
      ...mask,
      patterns: [stored, regular([CAUSAL])],
      batches: 1,
      heads: 3,
      headMap: Int32Array.of(0, 1, 0),
    };
    checkBlockMask(twice);
    expect(maskStatistics(twice).visiblePairs).toBe(7 + 6 + 7);
    expect(isVisible(twice, 4, 4, 0, 2)).toBe(false);
    expect(isVisible(twice, 4, 5, 0, 2)).toBe(true);
  });

  it.each<[string, BlockMask, RegExp]>([
    ['a head map entry', { ...mask, headMap: Int32Array.of(1) }, /pattern from 0 to 0 for mask.headMap\[0\]/],
    ['the head map length', { ...mask, heads: 2 }, /batches \* heads = 1 \* 2 entries/],
    [
      'a block column',
      maskOf(3, 3, [2, 2], { ...stored, indices: Int32Array.of(0, 1, 0, 2) }),
      /block column from 0 to 1 for mask.patterns\[0\].indices\[3\] in block row 1 but received 2/,
    ],
    [
      'a bitmap that does not exist',
      maskOf(3, 3, [2, 2], { ...stored, fill: Int32Array.of(2, 0, 4, 1) }),
      /mask.patterns\[0\].fill\[2\] in block row 1 but received 4/,
    ],
    [
      'clauses that are missing',
      maskOf(3, 3, [2, 2], {
        kind: 'stored',
        indptr: stored.indptr,
        indices: stored.indices,
        fill: Int32Array.of(0, 1, 0, 0),
      }),
      /Expected 0 \(full\) or 2 \+ one of 0 bitmaps for mask.patterns\[0\].fill\[1\]/,
    ],
    [
      'documents that are missing',
      maskOf(3, 3, [2, 2], regular([{ ...CAUSAL, document: 'same' }])),
      /Expected documents for mask.documents/,
    ],
    [
      'documents that overlap',
      maskOf(2, 3, [2, 2], regular([CAUSAL]), { start: Int32Array.of(0, 0, 2), end: Int32Array.of(2, 3, 3) }),
      /token 1 inside its own document/,
    ],
    [
      'a document that starts inside another',
      maskOf(2, 3, [2, 2], regular([CAUSAL]), { start: Int32Array.of(0, 0, 1), end: Int32Array.of(3, 3, 3) }),
      /token 2 inside its own document for mask.documents but received the span 1 .. 2, which token 1 does not share/,
    ],
  ])('are refused for %s', (_, bad, message) => {
    expect(() => checkBlockMask(bad)).toThrow(InvalidMaskError);
    expect(() => checkBlockMask(bad)).toThrow(message);
  });

  it('are refused for a clause that is not made of integers', () => {
    const bad = maskOf(3, 3, [2, 2], regular([{ ...CAUSAL, diagonal: [0, 0.5] }]));
    expect(() => checkBlockMask(bad)).toThrow(InvalidArgumentError);
    expect(() => checkBlockMask(bad)).toThrow(
      'for mask.patterns[0].clauses[0].diagonal but received [0, 0.5]',
    );
  });
});
