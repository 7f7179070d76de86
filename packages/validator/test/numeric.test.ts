import { fromNumbers, roundToDtype } from '@sparsek/bsr';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  activate,
  decode,
  encode,
  erf,
  erfc,
  nanValues,
  normalDistribution,
  roundTo,
  unitRoundoff,
} from '../src/index.js';

describe('the error function', () => {
  // Values of math.erf and math.erfc of CPython 3, which agree with Abramowitz and Stegun, tables 7.1 and 7.2.
  test.each([
    [0, 0, 1],
    [0.1, 0.1124629160182849, 0.8875370839817152],
    [0.5, 0.5204998778130465, 0.4795001221869535],
    [1, 0.8427007929497149, 0.15729920705028513],
    [1.4, 0.9522851197626487, 0.04771488023735121],
    [1.6, 0.976348383344644, 0.023651616655355985],
    [2.5, 0.999593047982555, 0.0004069520174449589],
    [5, 0.9999999999984626, 1.5374597944280351e-12],
    [8, 1, 1.1224297172982928e-29],
    [-0.7, -0.6778011938374184, 1.6778011938374184],
    [-3, -0.9999779095030014, 1.9999779095030015],
  ])('at %s', (x, expectedErf, expectedErfc) => {
    expect(Math.abs(erf(x) - expectedErf)).toBeLessThan(4e-16);
    expect(Math.abs(erfc(x) - expectedErfc)).toBeLessThanOrEqual(5e-15 * expectedErfc);
  });

  test('has its limits at infinity', () => {
    expect(erf(Number.POSITIVE_INFINITY)).toBe(1);
    expect(erfc(Number.NEGATIVE_INFINITY)).toBe(2);
    expect(normalDistribution(0)).toBe(0.5);
  });
});

describe('activations', () => {
  test('by hand', () => {
    expect(activate(-2, 'relu')).toBe(0);
    expect(activate(3, 'none')).toBe(3);
    expect(activate(1, 'gelu')).toBeCloseTo(0.8413447460685429, 15);
    expect(activate(1, 'silu')).toBeCloseTo(0.7310585786300049, 15);
    expect(activate(Number.NaN, 'relu')).toBeNaN();
  });
});

describe('rounding', () => {
  test('by hand, ties to even, subnormals and overflow', () => {
    expect(roundTo(1 + 2 ** -11, 'f16')).toBe(1);
    expect(roundTo(1 + 3 * 2 ** -11, 'f16')).toBe(1 + 2 ** -9);
    expect(roundTo(2 ** -25, 'f16')).toBe(0);
    expect(roundTo(2 ** -25 * 1.001, 'f16')).toBe(2 ** -24);
    expect(roundTo(65519.99, 'f16')).toBe(65504);
    expect(roundTo(65520, 'f16')).toBe(Number.POSITIVE_INFINITY);
    expect(roundTo(-1e39, 'bf16')).toBe(Number.NEGATIVE_INFINITY);
    expect(roundTo(1 + 2 ** -8, 'bf16')).toBe(1);
    expect(roundTo(-0, 'f16')).toBe(-0);
    expect(roundTo(-1e-30, 'f16')).toBe(-0);
    expect(unitRoundoff('f16')).toBe(2 ** -11);
  });

  test('agrees with Math.fround for f32 and with the conversions of bsr for half types', () => {
    const numbers = fc.oneof(
      fc.double({ noNaN: true }),
      fc.double({ min: -70000, max: 70000, noNaN: true }),
      fc.double({ min: -1e-4, max: 1e-4, noNaN: true }),
    );
    fc.assert(
      fc.property(numbers, (x) => {
        expect(roundTo(x, 'f32')).toBe(Math.fround(x));
        for (const dtype of ['f16', 'bf16'] as const) {
          expect(roundTo(x, dtype)).toBe(roundToDtype(x, dtype));
          expect(encode(Float64Array.of(x), dtype)).toEqual(fromNumbers([x], dtype));
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each(['f16', 'bf16'] as const)('every %s word decodes and encodes to itself', (dtype) => {
    const words = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const numbers = decode(words, dtype);
    const again = encode(numbers, dtype);
    const wrong = again.findIndex((word, i) => word !== words[i] && !Number.isNaN(numbers[i]));
    expect(wrong).toBe(-1);
    expect(decode(nanValues(3, dtype), dtype)).toEqual(Float64Array.of(Number.NaN, Number.NaN, Number.NaN));
  });
});
