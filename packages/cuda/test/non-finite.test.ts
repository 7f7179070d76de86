import { numberToBf16, numberToF16 } from '@sparsek/bsr';
import type { AttentionProblem } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import { repairQueries, repairValues } from '../src/backend/attention/repair.js';
import {
  addSpecial,
  encodeNonFinite,
  nonFinitePositions,
  specialOf,
  withZeros,
} from '../src/backend/non-finite.js';
import { findAddon } from '../src/native/load.js';

const INFINITY = Number.POSITIVE_INFINITY;
const addon = findAddon();
if (!addon.found) throw new Error(addon.reason);
const { binding } = addon;

describe('infinities and NaN', () => {
  it.each(['f16', 'bf16'] as const)('are found in %s, also behind many finite values', (dtype) => {
    const word = dtype === 'f16' ? numberToF16 : numberToBf16;
    const values = new Uint16Array(20_000).fill(word(-65504));
    expect(nonFinitePositions(binding, values, dtype)).toEqual([]);
    values[4095] = word(INFINITY);
    values[9000] = word(Number.NaN);
    values[19_999] = word(-INFINITY);
    expect(nonFinitePositions(binding, values, dtype)).toEqual([4095, 9000, 19_999]);
    expect([4095, 9000, 19_999, 0].map((i) => specialOf(values[i]!, dtype))).toEqual([
      '+inf',
      'nan',
      '-inf',
      undefined,
    ]);
    expect(nonFinitePositions(binding, withZeros(values, [4095, 9000, 19_999]), dtype)).toEqual([]);
  });

  it('add up as numbers do', () => {
    expect(addSpecial(undefined, '-inf')).toBe('-inf');
    expect(addSpecial('+inf', '+inf')).toBe('+inf');
    expect(addSpecial('+inf', '-inf')).toBe('nan');
    expect(addSpecial('nan', '+inf')).toBe('nan');
  });

  it('are written as the words that converting gives', () => {
    for (const value of [INFINITY, -INFINITY, 0]) {
      expect(encodeNonFinite(value, 'f16')).toBe(numberToF16(value));
      expect(encodeNonFinite(value, 'bf16')).toBe(numberToBf16(value));
    }
    expect(specialOf(encodeNonFinite(Number.NaN, 'f16'), 'f16')).toBe('nan');
    expect(specialOf(encodeNonFinite(Number.NaN, 'bf16'), 'bf16')).toBe('nan');
  });
});

describe('attention', () => {
  const open = [-INFINITY, INFINITY] as const;
  const problem = (layout: 'bhsd' | 'bshd'): AttentionProblem => ({
    batch: 1,
    heads: 2,
    kvHeads: 1,
    headDim: 2,
    dtype: 'f16',
    layout,
    mask: {
      queryLength: 3,
      keyLength: 3,
      blockShape: [16, 16],
      patterns: [
        {
          kind: 'regular',
          clauses: [{ diagonal: [-INFINITY, 0], rows: open, columns: open, document: 'any' }],
        },
      ],
      batches: 1,
      heads: 1,
      headMap: Int32Array.of(0),
    },
  });
  const infinite = numberToF16(INFINITY);

  it.each(['bhsd', 'bshd'] as const)(
    'shows a value that is not finite to the queries that see it (%s)',
    (layout) => {
      // V [3 keys, 2]: key 1 has an infinity in column 0, key 2 its negative.
      const v = Uint16Array.of(0, 0, infinite, 0, infinite | 0x8000, 0);
      const output = new Uint16Array(12).fill(numberToF16(1));
      repairValues({ problem: problem(layout), v, specials: [2, 4], width: 2, output });
      const seen = Array.from({ length: 6 }, (_, row) => specialOf(output[row * 2]!, 'f16') ?? 'finite');
      const byQuery = ['finite', '+inf', 'nan'];
      const expected = layout === 'bhsd' ? [...byQuery, ...byQuery] : byQuery.flatMap((one) => [one, one]);
      expect(seen).toEqual(expected);
      expect([1, 3, 5, 7, 9, 11].every((i) => output[i] === numberToF16(1))).toBe(true);
    },
  );

  it('writes them in the type of O', () => {
    const v = Uint16Array.of(0, 0, infinite, 0, infinite | 0x8000, 0);
    const output = new Float32Array(12).fill(1);
    const converting = { ...problem('bhsd'), outputDtype: 'f32' } as const;
    repairValues({ problem: converting, v, specials: [2, 4], width: 2, output });
    expect([...output].slice(0, 6)).toEqual([1, 1, INFINITY, 1, Number.NaN, 1]);
    repairQueries(converting, Uint16Array.of(numberToF16(Number.NaN)), output, undefined, [0]);
    expect([...output].slice(0, 2)).toEqual([Number.NaN, Number.NaN]);
  });

  it.each(['bhsd', 'bshd'] as const)('gives NaN to a query that holds one (%s)', (layout) => {
    const q = new Uint16Array(12);
    // Row 3: head 1, query 0 in bhsd; query 1, head 1 in bshd.
    q[6] = numberToF16(Number.NaN);
    q[0] = infinite;
    const output = new Uint16Array(12);
    const lse = new Float32Array(6);
    repairQueries(problem(layout), q, output, lse, [0, 6]);
    expect([...output].map((word) => specialOf(word, 'f16') === 'nan').indexOf(true)).toBe(6);
    expect([...output].filter((word) => word !== 0)).toHaveLength(2);
    const place = layout === 'bhsd' ? 3 : 4;
    expect([...lse].map(Number.isNaN)).toEqual(Array.from({ length: 6 }, (_, i) => i === place));
  });
});
