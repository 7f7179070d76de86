import { describe, expect, it } from 'vitest';
import { createPhilox, f16ToF32, normalValues, uniformValues } from '../src/index.js';
import { multiplyHigh, philoxBlock } from '../src/random/philox.js';

type Words = readonly [number, number, number, number, number, number];

function block(words: Words): string[] {
  const out = new Uint32Array(4);
  philoxBlock(out, ...words);
  return [...out].map((word) => word.toString(16).padStart(8, '0'));
}

describe('philoxBlock', () => {
  // Known answers of the reference implementation, Random123 1.14, tests/kat_vectors, "philox4x32 10".
  it.each<{ words: Words; expected: string[] }>([
    { words: [0, 0, 0, 0, 0, 0], expected: ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8'] },
    {
      words: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      expected: ['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd'],
    },
    {
      words: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0],
      expected: ['d16cfe09', '94fdcceb', '5001e420', '24126ea1'],
    },
  ])('gives the known answer $expected', ({ words, expected }) => {
    expect(block(words)).toEqual(expected);
  });
});

describe('multiplyHigh', () => {
  it('agrees with exact arithmetic', () => {
    const samples = [0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0xd2511f53, 0x12345678];
    for (const a of samples) {
      for (const b of samples) expect(multiplyHigh(a, b)).toBe(Number((BigInt(a) * BigInt(b)) >> 32n));
    }
  });
});

describe('createPhilox', () => {
  it('reads words of the counter (n / 4, stream, 0) under the key (low, high)', () => {
    const seed = 0x299f31d0a4093822n;
    const philox = createPhilox(seed, 5);
    const n = 2 ** 34 * 3 + 6;
    const out = new Uint32Array(4);
    philoxBlock(out, 1, 3, 5, 0, 0xa4093822, 0x299f31d0);
    expect(philox.word(n)).toBe(out[2]);
    expect(philox.uniform(n)).toBe(Math.floor(out[2]! / 256) / 2 ** 24);
  });

  it('gives the same draw in any order', () => {
    const forward = createPhilox(9);
    const backward = createPhilox(9n);
    const draws = Array.from({ length: 17 }, (_, n) => forward.word(n));
    expect(Array.from({ length: 17 }, (_, i) => backward.word(16 - i)).reverse()).toEqual(draws);
  });

  it('draws integers below a bound, up to the bounds of 32 bits', () => {
    const philox = createPhilox(1);
    const seen = new Set(Array.from({ length: 200 }, (_, n) => philox.below(n, 5)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(philox.below(3, 2 ** 32)).toBe(philox.word(3));
    expect(philox.below(3, 1)).toBe(0);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53, -1n, 1n << 64n])('refuses the seed %s', (seed) => {
    expect(() => createPhilox(seed)).toThrow(/for seed but received/);
  });

  it.each([-1, 2 ** 32, 0.5])('refuses the stream %s', (stream) => {
    expect(() => createPhilox(0, stream)).toThrow(/for stream but received/);
  });
});

describe('values', () => {
  it('draws uniform values with the right moments', () => {
    const values = uniformValues(100_000, { seed: 3 });
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0.5, 2);
    expect(square).toBeCloseTo(1 / 12, 2);
    expect(Math.max(...values.subarray(0, 10_000))).toBeLessThan(1);
  });

  it('draws normal values from the documented sum of halves', () => {
    const out = new Uint32Array(4);
    philoxBlock(out, 7, 0, 2, 1, 11, 0);
    const sum = [...new Uint16Array(out.buffer)].reduce((total, half) => total + half, 0);
    const expected = Math.fround(((sum - 262140) * Math.sqrt(1.5)) / 65536);
    expect(normalValues(8, { seed: 11, stream: 2 })[7]).toBe(expected);
  });

  it('draws normal values with the right moments', () => {
    const values = normalValues(100_000, { seed: 3, mean: 2, deviation: 0.5 });
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(2, 1);
    expect(square).toBeCloseTo(0.25, 2);
  });

  it('rounds to a half type', () => {
    const words = normalValues(64, { seed: 1, dtype: 'f16' });
    const wide = normalValues(64, { seed: 1 });
    expect(words).toBeInstanceOf(Uint16Array);
    for (const [i, value] of f16ToF32(words).entries()) expect(Math.abs(value - wide[i]!)).toBeLessThan(2e-3);
  });

  it('refuses counts and deviations that make no sense', () => {
    expect(() => uniformValues(-1)).toThrow('for count but received -1');
    expect(() => normalValues(1, { deviation: -1 })).toThrow('for deviation but received -1');
  });
});
