import type { BsrPattern } from '@sparsek/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrowPattern,
  bandedPattern,
  bigbirdPattern,
  blockDiagonalPattern,
  butterflyPattern,
  causalPattern,
  checkBsr,
  checkPadding,
  checkPattern,
  createPhilox,
  normalValues,
  powerLawRows,
  randomPattern,
  stridedPattern,
  windowPattern,
  withValues,
} from '../src/index.js';
import './deterministic.js';

/** A picture: one line a block row, # for a stored block. */
function draw(pattern: BsrPattern): string[] {
  checkPattern(pattern);
  const columns = Math.ceil(pattern.shape[1] / pattern.blockShape[1]);
  return Array.from({ length: pattern.indptr.length - 1 }, (_, r) => {
    const row = pattern.indices.subarray(pattern.indptr[r], pattern.indptr[r + 1]);
    return Array.from({ length: columns }, (_, c) => (row.includes(c) ? '#' : '.')).join('');
  });
}

function rowLengths(pattern: BsrPattern): number[] {
  return Array.from(
    { length: pattern.indptr.length - 1 },
    (_, r) => pattern.indptr[r + 1]! - pattern.indptr[r]!,
  );
}

const six = { shape: [12, 12], blockShape: [2, 2] } as const;

describe('pictures', () => {
  it.each<[string, BsrPattern, string[]]>([
    [
      'banded',
      bandedPattern({ ...six, lower: 1, upper: 2 }),
      ['###...', '####..', '.####.', '..####', '...###', '....##'],
    ],
    [
      'block diagonal',
      blockDiagonalPattern({ ...six, group: 4 }),
      ['####..', '####..', '####..', '####..', '....##', '....##'],
    ],
    [
      'arrow',
      arrowPattern({ ...six, width: 1 }),
      ['######', '##....', '#.#...', '#..#..', '#...#.', '#....#'],
    ],
    ['causal', causalPattern(six), ['#.....', '##....', '###...', '####..', '#####.', '######']],
    ['causal with more keys', causalPattern({ shape: [4, 7], blockShape: [2, 2] }), ['###.', '####']],
    [
      'causal with more queries',
      causalPattern({ shape: [7, 4], blockShape: [2, 2] }),
      ['..', '#.', '##', '##'],
    ],
    [
      'window',
      windowPattern({ ...six, behind: 3, ahead: 1 }),
      ['##....', '###...', '####..', '.####.', '..####', '...###'],
    ],
    [
      'strided',
      stridedPattern({ ...six, local: 2, stride: 3 }),
      ['#.....', '##....', '.##...', '..##..', '..###.', '..#.##'],
    ],
    [
      'butterfly',
      butterflyPattern({ shape: [8, 8], blockShape: [1, 1] }),
      ['###.#...', '##.#.#..', '#.##..#.', '.###...#', '#...###.', '.#..##.#', '..#.#.##', '...#.###'],
    ],
    ['butterfly of two heights', butterflyPattern({ shape: [2, 4], blockShape: [1, 1] }), ['###.', '#.##']],
  ])('%s', (_, pattern, expected) => {
    expect(draw(pattern)).toEqual(expected);
  });
});

describe('randomPattern', () => {
  it('follows its definition draw by draw', () => {
    const options = { shape: [30, 100], blockShape: [3, 1] as const, density: 0.07, seed: 42n } as const;
    const pattern = randomPattern(options);
    const philox = createPhilox(42);
    const total = Math.floor(0.07 * 1000 + 0.5);
    for (let r = 0; r < 10; r++) {
      const begin = Math.floor((r * total) / 10);
      const count = Math.floor(((r + 1) * total) / 10) - begin;
      const chosen = new Set<number>();
      for (let i = 0; i < count; i++) {
        const j = 100 - count + i;
        const t = Number((BigInt(philox.word(begin + i)) * BigInt(j + 1)) >> 32n);
        chosen.add(chosen.has(t) ? j : t);
      }
      const expected = [...chosen].sort((a, b) => a - b);
      expect([...pattern.indices.subarray(pattern.indptr[r], pattern.indptr[r + 1])]).toEqual(expected);
    }
  });

  it('is fixed for all time by its seed', () => {
    const { indices } = randomPattern({ shape: [4, 32], blockShape: [1, 1], density: 0.125, seed: 7 });
    expect([...indices]).toEqual([2, 3, 22, 27, 5, 11, 23, 30, 0, 25, 27, 29, 4, 7, 11, 31]);
  });

  it('stores the asked share, evenly over the rows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 70 }),
        fc.integer({ min: 0, max: 70 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rows, columns, density) => {
          const pattern = randomPattern({ shape: [rows, columns], blockShape: [1, 1], density, seed: 1 });
          checkPattern(pattern);
          expect(pattern.indices).toHaveLength(Math.floor(density * (rows * columns) + 0.5));
          const lengths = rowLengths(pattern);
          if (rows > 0) expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('chooses columns equally often', () => {
    const pattern = randomPattern({ shape: [4000, 20], blockShape: [1, 1], density: 0.25, seed: 2 });
    const counts = new Array<number>(20).fill(0);
    for (const column of pattern.indices) counts[column]!++;
    // 1000 expected, standard deviation 27.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(140);
  });

  it('draws each block alone with bernoulli rows', () => {
    const options = {
      shape: [40, 50],
      blockShape: [1, 1],
      density: 0.3,
      seed: 3,
      rows: 'bernoulli',
    } as const;
    const pattern = randomPattern(options);
    const philox = createPhilox(3);
    let p = 0;
    for (let n = 0; n < 2000; n++) if (philox.uniform(n) < 0.3) expect(pattern.indices[p++]).toBe(n % 50);
    expect(pattern.indices).toHaveLength(p);
    checkPattern(pattern);
  });

  it('refuses a density outside 0 .. 1', () => {
    expect(() => randomPattern({ ...six, density: 12.5 })).toThrow(
      'Expected a number from 0 to 1 for density',
    );
  });
});

describe('powerLawRows', () => {
  it('stores the asked number of blocks in rows of very different lengths', () => {
    const pattern = powerLawRows({ shape: [640, 6400], blockShape: [10, 10], density: 0.05, seed: 1 });
    checkPattern(pattern);
    expect(pattern.indices).toHaveLength(2048);
    const lengths = rowLengths(pattern).sort((a, b) => b - a);
    expect(lengths[0]).toBeGreaterThan(400);
    expect(lengths[63]).toBeLessThan(10);
  });

  it('gives equal rows with exponent 0 and never more than a full row', () => {
    expect(rowLengths(powerLawRows({ ...six, density: 0.5, exponent: 0 }))).toEqual([3, 3, 3, 3, 3, 3]);
    expect(rowLengths(powerLawRows({ ...six, density: 1, exponent: 2 }))).toEqual([6, 6, 6, 6, 6, 6]);
  });
});

describe('bigbirdPattern', () => {
  it('holds global, window and random blocks', () => {
    const pattern = bigbirdPattern({ shape: [64, 64], blockShape: [2, 2], seed: 5 });
    const rows = draw(pattern);
    expect(rows[0]).toBe('#'.repeat(32));
    expect(rows[31]).toBe('#'.repeat(32));
    for (let r = 1; r < 31; r++) {
      expect(rows[r]![0]).toBe('#');
      expect(rows[r]![31]).toBe('#');
      expect(rows[r]!.slice(r - 1, r + 2)).toBe('###');
      expect(rows[r]!.replaceAll('.', '')).toHaveLength(r === 1 || r === 30 ? 7 : 8);
    }
  });

  it('follows its definition draw by draw', () => {
    const pattern = bigbirdPattern({ shape: [64, 64], blockShape: [2, 2], random: 4, seed: 8 });
    const philox = createPhilox(8);
    for (let r = 1; r < 31; r++) {
      const fixed = new Set([0, 31, r - 1, r, r + 1]);
      const free = Array.from({ length: 32 }, (_, c) => c).filter((c) => !fixed.has(c));
      const chosen = new Set<number>();
      for (let i = 0; i < 4; i++) {
        const j = free.length - 4 + i;
        const t = philox.below(r * 4 + i, j + 1);
        chosen.add(chosen.has(t) ? j : t);
      }
      const expected = [...fixed, ...[...chosen].map((index) => free[index]!)].sort((a, b) => a - b);
      expect([...pattern.indices.subarray(pattern.indptr[r], pattern.indptr[r + 1])]).toEqual(expected);
    }
  });

  it('fills a short row when fewer blocks are free than asked', () => {
    expect(draw(bigbirdPattern({ ...six, random: 100 }))).toEqual(new Array(6).fill('######'));
  });
});

describe('withValues', () => {
  it('numbers draws by position and clears the padding', () => {
    const pattern = causalPattern({ shape: [5, 5], blockShape: [2, 4] });
    const matrix = withValues(pattern, { seed: 9 });
    checkBsr(matrix);
    checkPadding(matrix);
    const drawn = normalValues(matrix.values.length, { seed: 9 });
    expect(matrix.values[5]).toBe(drawn[5]);
    expect(matrix.values.filter((value, i) => value !== drawn[i])).toEqual(
      matrix.values.filter((value) => value === 0),
    );
    expect(withValues(pattern, { seed: 9, dtype: 'bf16' }).dtype).toBe('bf16');
  });
});
